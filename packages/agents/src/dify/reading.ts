import { NO_USAGE, type AgentReply, type Json, type Usage } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import type { InvokeContext } from '../adapter.ts';
import type { Exchange } from '../wire/exchange.ts';
import { at, countAt, textAt } from '../wire/fields.ts';
import type { DifyConfig } from './config.ts';
import { takeEnd, takeEvent, type Told } from './events.ts';
import { toPause, type DifyIds } from './pause.ts';
import { createThoughts } from './thoughts.ts';
import { withTotal } from './usage.ts';

/** What an app tells on its way to an answer. */
export interface Reading {
  /** Takes one event. True: nothing more is needed. Throws what the app reports as its failure. */
  take(event: Json): boolean;
  /** Takes the record of a run that was looked up. False: the run is not at its end. */
  takeRecord(record: Json): boolean;
  /** From here on events were missed: the pieces do not make up the answer. */
  join(): void;
  ids(): DifyIds;
  /** Null: the end has not come. */
  reply(): AgentReply | null;
}

/** What {@link createReading} needs. */
export interface ReadingParams {
  readonly app: DifyConfig['app'];
  /** The name of the agent, for failures. */
  readonly agent: string;
  readonly exchange: Exchange;
  readonly context: Pick<InvokeContext, 'emit' | 'heartbeat'>;
  /** What is known from before. */
  readonly ids: DifyIds;
  /** The token of the form that a person has answered. */
  readonly answered?: string;
  /** What was used before a pause. */
  readonly used?: Usage;
}

/** Creates the reader of one answer. */
export function createReading(params: ReadingParams): Reading {
  const { app, context } = params;
  const thoughts = createThoughts(context.emit);
  const told: Told = {
    ids: params.ids,
    text: '',
    isAgent: false,
    nodes: params.used ?? NO_USAGE,
    message: null,
    end: null,
    form: null,
    paused: false,
  };
  const listener = { ...params, told, thoughts, answered: params.answered };
  let joined = false;
  const isOver = (): boolean => {
    if (told.paused && told.form !== null) return true;
    if (app === 'workflow' || joined) return told.end !== null;
    // A Chatflow tells the end of its message and of its run, in either order.
    return told.message !== null && (told.end !== null || told.ids.runId === undefined);
  };
  return {
    take(event) {
      takeEvent(listener, event);
      return isOver();
    },
    takeRecord: (record) => takeEnd(listener, record),
    join: () => {
      joined = true;
    },
    ids: () => told.ids,
    reply: () => {
      if (told.paused && told.form !== null) return pauseReply(told);
      if (told.end === null && (app === 'workflow' || joined || told.message === null)) return null;
      const usage = usageOf(told, thoughts.toolCalls());
      const outputs = outputsOf(told.end);
      if (app === 'workflow') return { ...endOf(told), output: outputs, usage };
      const text = (joined ? textAt(outputs, 'answer') : undefined) ?? told.text;
      return { ...endOf(told), output: text, text, usage };
    },
  };
}

/** A record may hold the outputs as JSON in a text. */
function outputsOf(end: Json | null): Json {
  const outputs = at(end ?? undefined, 'outputs') ?? null;
  if (typeof outputs !== 'string') return outputs;
  try {
    return parseJsonBounded(outputs);
  } catch {
    // Nobody says that it is JSON.
    return outputs;
  }
}

function usageOf({ message, nodes, end }: Told, toolCalls: number): Usage {
  const used = message ?? nodes;
  return { ...withTotal(used, countAt(end ?? undefined, 'total_tokens')), calls: 1, toolCalls };
}

function endOf({
  ids: { runId, taskId, conversationId },
}: Told): Pick<AgentReply, 'finish' | 'sessionId' | 'foreignRef'> {
  const foreignRef = runId ?? taskId;
  return {
    finish: 'stop',
    ...(conversationId === undefined ? {} : { sessionId: conversationId }),
    ...(foreignRef === undefined ? {} : { foreignRef }),
  };
}

/** Usage is counted when the run ends: its sum is that of the whole run. */
function pauseReply(told: Told): AgentReply {
  const { form, ids, nodes, text } = told;
  return {
    ...endOf(told),
    finish: 'pause',
    output: text === '' ? null : text,
    usage: { ...NO_USAGE, calls: 1 },
    pause: toPause(form ?? {}, { ids, used: nodes }),
  };
}
