import { failure, type AgentReply, type Json } from '@baton/core';
import { AgentFailureError, type InvokeContext } from '../adapter.ts';
import { at, textAt } from '../wire/fields.ts';
import { createGraphReading, type GraphOutcome } from './graph-reading.ts';
import { lastWords, usageOf } from './messages.ts';
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
  const graph = createGraphReading({ emit: context.emit, counted });
  let isOver = false;
  const fail = (error: Json): never => {
    // The next attempt must begin anew, and not find this run again.
    context.heartbeat(null);
    throw runFailure(agent, error);
  };
  return {
    take(event, data) {
      if (event === 'error') fail(data);
      else if (event === 'end') isOver = true;
      else if (event === 'messages') graph.takePiece(at(data, 0) ?? null);
      else if (event === 'values') graph.takeState(data);
    },
    takeResult(body) {
      const error = at(body, '__error__');
      if (error !== undefined) fail(error);
      graph.takeResult(body);
      isOver = true;
    },
    reply: (ids) => (isOver ? replyOf(graph.outcome(), counted, ids) : null),
  };
}

function replyOf(
  { values, interrupts, added }: GraphOutcome,
  counted: ReadonlySet<string>,
  { threadId, runId }: RunIds,
): AgentReply {
  const place = { output: values, usage: usageOf(added), sessionId: threadId, foreignRef: runId };
  if (interrupts.length > 0) {
    const seen = [...counted, ...added.flatMap((message) => textAt(message, 'id') ?? [])];
    const pause = toPause(interrupts, { threadId, counted: seen });
    return { ...place, finish: 'pause', pause };
  }
  const text = lastWords(values);
  return { ...place, ...(text === undefined ? {} : { text }), finish: 'stop' };
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
