import { failure, isObject, type AgentReply, type Json } from '@baton/core';
import { AgentFailureError, type InvokeContext } from '../adapter.ts';
import { at, listAt, textAt } from '../wire/fields.ts';
import {
  contentOf,
  isFromModel,
  lastWords,
  messagesOf,
  newMessages,
  usageOf,
  type Earlier,
} from './messages.ts';
import { toPause } from './pause.ts';
import type { RunIds } from './request.ts';

/** What a run tells on its way to a result. */
export interface Reading {
  /** Takes one event of the stream. Throws the run's failure. */
  take(event: string, data: Json): void;
  /** Takes the result of a run that was joined. Throws the run's failure. */
  takeResult(body: Json): void;
  /** Null: the end has not come. */
  reply(ids: RunIds): AgentReply | null;
}

/** What {@link createReading} needs. */
export interface ReadingParams {
  /** The name of the agent, for failures. */
  readonly agent: string;
  readonly context: Pick<InvokeContext, 'emit' | 'heartbeat'>;
  /** Ids of messages whose usage was reported before a pause. */
  readonly counted: ReadonlySet<string>;
}

/** Creates the reader of one run. */
export function createReading({ agent, context, counted }: ReadingParams): Reading {
  const told: Told = {
    values: null,
    before: null,
    states: 0,
    interrupts: new Map(),
    tools: new Set(),
    isOver: false,
  };
  const fail = (error: Json): never => {
    // The next attempt must begin anew, and not find this run again.
    context.heartbeat(null);
    throw runFailure(agent, error);
  };
  return {
    take(event, data) {
      if (event === 'error') fail(data);
      else if (event === 'end') told.isOver = true;
      else if (event === 'messages') tellPiece(at(data, 0) ?? null, context);
      else if (event === 'values') {
        // The first state is the one before the graph's first step.
        told.before ??= new Set(messagesOf(data).flatMap((message) => textAt(message, 'id') ?? []));
        told.states += 1;
        tellTools(data, told, context);
        takeState(data, told);
      }
    },
    takeResult(body) {
      const error = at(body, '__error__');
      if (error !== undefined) fail(error);
      takeState(body, told);
      told.isOver = true;
    },
    reply: (ids) => (told.isOver ? replyOf(told, counted, ids) : null),
  };
}

interface Told {
  values: Json;
  /** Ids of the messages before the run; null: not told. */
  before: Earlier['before'];
  /** How many states were told. */
  states: number;
  readonly interrupts: Map<string, Json>;
  /** Tool calls and results that have been told. */
  readonly tools: Set<string>;
  isOver: boolean;
}

/** A state that may hold interrupts; an answer with nothing but interrupts is no state. */
function takeState(state: Json, told: Told): void {
  const asked = listAt(state, INTERRUPT);
  asked.forEach((interrupt, n) => told.interrupts.set(textAt(interrupt, 'id') ?? String(n), interrupt));
  if (!isObject(state)) {
    told.values = state;
    return;
  }
  const members = Object.entries(state).filter(([key]) => key !== INTERRUPT);
  if (asked.length === 0 || members.length > 0) told.values = Object.fromEntries(members);
}

const INTERRUPT = '__interrupt__';

function replyOf(told: Told, counted: ReadonlySet<string>, { threadId, runId }: RunIds): AgentReply {
  const { values, interrupts } = told;
  // A graph that tells one state only tells that of its end.
  const before = told.states > 1 ? told.before : null;
  const added = newMessages(values, { before, counted });
  const place = { output: values, usage: usageOf(added), sessionId: threadId, foreignRef: runId };
  if (interrupts.size > 0) {
    const seen = [...counted, ...added.flatMap((message) => textAt(message, 'id') ?? [])];
    const pause = toPause([...interrupts.values()], { threadId, counted: seen });
    return { ...place, finish: 'pause', pause };
  }
  const text = lastWords(values);
  return { ...place, ...(text === undefined ? {} : { text }), finish: 'stop' };
}

function tellPiece(message: Json, { emit }: Pick<InvokeContext, 'emit'>): void {
  if (!isFromModel(message)) return;
  const [thinking, text] = [contentOf(message, 'thinking'), contentOf(message, 'text')];
  if (thinking !== '') emit({ type: 'agent.thinking', data: thinking });
  if (text !== '') emit({ type: 'agent.chunk', data: text });
}

/** Tool calls come whole in the state only, and stand there in every state that follows. */
function tellTools(state: Json, { before, tools }: Told, { emit }: Pick<InvokeContext, 'emit'>): void {
  const isNew = (key: string): boolean => !tools.has(key) && tools.add(key).has(key);
  for (const message of messagesOf(state)) {
    if (before?.has(textAt(message, 'id') ?? '') === true) continue;
    for (const call of listAt(message, 'tool_calls')) {
      const [id, name] = [textAt(call, 'id') ?? '', textAt(call, 'name') ?? ''];
      if (isNew(`call ${id}`))
        emit({ type: 'agent.tool_call', data: { id, name, arguments: at(call, 'args') ?? {} } });
    }
    const id = textAt(message, 'tool_call_id');
    if (id !== undefined && isNew(`result ${id}`)) {
      const result = at(message, 'content') ?? null;
      emit({ type: 'agent.tool_result', data: { id, name: textAt(message, 'name') ?? '', result } });
    }
  }
}

/** Errors after which the same question fails again, or is not wanted any more. */
const LASTING = /^(?:GraphRecursionError|InvalidUpdateError|UserInterrupt|UserRollback)$/;

function runFailure(agent: string, error: Json): AgentFailureError {
  const name = textAt(error, 'error') ?? 'an error';
  const message = textAt(error, 'message') ?? '';
  const words = `${name}${message === '' ? '' : `: ${message}`}`.slice(0, 1_000);
  const detail = `Agent "${agent}": the run failed with ${words}`;
  return new AgentFailureError(
    failure('runtime', detail, { code: 'run_failed', retryable: !LASTING.test(name) }),
  );
}
