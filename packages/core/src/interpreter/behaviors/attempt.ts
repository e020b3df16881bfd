import type { ErrorFilter, RetryPolicy, TryTask } from '../../definition/definition.ts';
import { LONGEST_DURATION_MS } from '../../duration.ts';
import { canonicalErrorType, failure, toProblem, type Problem } from '../../failure.ts';
import type { Json } from '../../json.ts';
import type { TaskBehavior } from '../behavior.ts';
import type { Sight } from '../expressions.ts';
import { bodySight, cancelBelow } from '../lifecycle.ts';
import type { Body, Cursor, Frame } from '../state.ts';
import {
  bodyOf,
  fault,
  instant,
  push,
  putBody,
  putFrame,
  report,
  startTimer,
  stepOf,
  takeBack,
  taskAt,
  type Turn,
} from '../turn.ts';
import { fractionOf, idempotencyKey, recordScope } from '../visits.ts';
import { beginAt, completeRun, nextOf } from './sequence.ts';

type Try = Extract<Body, { kind: 'try' }>;

/** `try`: its tasks; on an error that `catch` takes, another round as `retry` says, else the tasks of `catch`. */
export const tryBehavior: TaskBehavior = {
  begin(turn, frame) {
    beginRound(turn, frame, { rounds: 1, firstAt: turn.at });
  },
  childDone(turn, frame, { output, then }) {
    if (then === 'end') return completeRun(turn, output);
    const body = bodyOf(frame, 'try');
    const next = nextOf(turn.run.list(frame.pointer, body.cursor.list), body.cursor, then);
    if (next.kind === 'left') return leave(turn, frame, output);
    putBody(turn, frame, { ...body, cursor: next.cursor });
    beginAt(turn, frame, { cursor: next.cursor, input: output });
  },
  childFaulted(turn, frame, { error }) {
    if (bodyOf(frame, 'try').phase === 'catch') return fault(turn, frame, error);
    cancelBelow(turn, frame);
    handle(turn, clearRoundTimer(turn, frame), error);
  },
  fired(turn, frame, timer) {
    const { roundTimer: _fired, ...body } = bodyOf(frame, 'try');
    if (timer === body.timer)
      return beginRound(turn, frame, { rounds: body.rounds + 1, firstAt: body.firstAt });
    cancelBelow(turn, frame);
    const detail = `Round ${body.rounds} of "try" took longer than "catch.retry.limit.attempt.duration".`;
    handle(turn, putBody(turn, frame, body), { ...failure('timeout', detail), instance: frame.pointer });
  },
  finished: recordScope,
};

function beginRound(turn: Turn, frame: Frame, round: { rounds: number; firstAt: number }): void {
  const limit = taskAt(turn, frame, 'try').catch.retry?.limit.attemptDuration;
  const cursor: Cursor = { list: 'try', index: 0 };
  const body: Try = { kind: 'try', phase: 'try', cursor, ...round };
  const begun = putBody(turn, frame, body);
  if (round.rounds > 1) report(turn, { type: 'step.started', step: stepOf(turn, begun), input: frame.input });
  if (limit !== undefined) {
    const ms = turn.run.evaluator.duration(limit, bodySight(turn, frame));
    putBody(turn, frame, { ...body, roundTimer: startTimer(turn, begun, { ms, purpose: 'timeout' }) });
  }
  beginAt(turn, begun, { cursor, input: frame.input });
}

function clearRoundTimer(turn: Turn, frame: Frame): Frame {
  const { roundTimer, ...body } = bodyOf(frame, 'try');
  if (roundTimer === undefined) return frame;
  takeBack(turn, roundTimer);
  return putBody(turn, frame, body);
}

/** The tasks are done: those of `try` as the task goes on, those of `catch` as the catch says. */
function leave(turn: Turn, frame: Frame, output: Json): void {
  clearRoundTimer(turn, frame);
  const caught = bodyOf(frame, 'try').phase === 'catch';
  finish(turn, frame, { output, then: caught ? taskAt(turn, frame, 'try').catch.then : undefined });
}

function finish(turn: Turn, frame: Frame, ended: { output: Json; then: string | undefined }): void {
  const { output, then } = ended;
  push(turn, { do: 'finish', frame: frame.id, output, ...(then === undefined ? {} : { then }) });
}

/** An error of a round, and what the expressions of `catch` see: the error is a variable among others. */
interface Caught {
  readonly error: Problem;
  readonly sight: Sight;
}

function handle(turn: Turn, frame: Frame, error: Problem): void {
  const body = bodyOf(frame, 'try');
  const { catch: handler } = taskAt(turn, frame, 'try');
  const variables = { ...frame.variables, [handler.as]: { ...toProblem(error) } };
  const caught: Caught = { error, sight: bodySight(turn, { ...frame, variables }) };
  if (!takes(turn, handler, caught)) return fault(turn, frame, error);
  const { retry, tasks, then } = handler;
  const delayMs = retry === undefined ? null : delayOf(turn, frame, { ...caught, retry });
  if (delayMs !== null) return retryLater(turn, frame, { error, delayMs });
  if (tasks !== undefined) {
    const cursor: Cursor = { list: 'catch', index: 0 };
    const catching = putFrame(turn, { ...frame, variables, body: { ...body, phase: 'catch', cursor } });
    return beginAt(turn, catching, { cursor, input: frame.input });
  }
  // A catch that only tries again has not dealt with the error of the last round.
  if (retry !== undefined && then === undefined) return fault(turn, frame, error);
  finish(turn, frame, { output: frame.input, then });
}

function takes(turn: Turn, handler: TryTask['catch'], { error, sight }: Caught): boolean {
  return matches(handler.with, error) && allows(turn, handler, sight);
}

/** Whether `when` holds and `exceptWhen` does not. */
function allows(turn: Turn, on: Pick<RetryPolicy, 'when' | 'exceptWhen'>, sight: Sight): boolean {
  const { evaluator } = turn.run;
  if (on.when !== undefined && !evaluator.condition(on.when, sight)) return false;
  return on.exceptWhen === undefined || !evaluator.condition(on.exceptWhen, sight);
}

/** Whether every field of the filter equals the error's; the spellings of a standard type are one. */
export function matches(filter: ErrorFilter, error: Problem): boolean {
  const { type, ...others } = filter;
  if (type !== undefined && canonicalErrorType(type) !== canonicalErrorType(error.type)) return false;
  const fields: Readonly<Record<string, unknown>> = { ...error };
  return Object.entries(others).every(([name, value]) => fields[name] === value);
}

/** Milliseconds until the next round, or null when there is none. */
function delayOf(turn: Turn, frame: Frame, caught: Caught & { retry: RetryPolicy }): number | null {
  const { rounds, firstAt } = bodyOf(frame, 'try');
  const { retry, sight } = caught;
  const { evaluator } = turn.run;
  if (retry.limit.count !== undefined && rounds >= retry.limit.count) return null;
  if (!allows(turn, retry, sight)) return null;
  const base = retry.delay === undefined ? 0 : evaluator.duration(retry.delay, sight);
  const delayMs = Math.min(
    base * factorOf(retry.backoff, rounds) + jitterOf(turn, frame, caught),
    LONGEST_DURATION_MS,
  );
  const longest =
    retry.limit.duration === undefined ? Infinity : evaluator.duration(retry.limit.duration, sight);
  return turn.at + delayMs - firstAt > longest ? null : delayMs;
}

/** By how much the delay has grown. Kept finite: nothing times infinity is no number. */
function factorOf(backoff: RetryPolicy['backoff'], rounds: number): number {
  return { constant: 1, linear: rounds, exponential: 2 ** Math.min(rounds - 1, 52) }[backoff];
}

/** A wait between the policy's bounds, chosen by a hash: replay must choose the same. */
function jitterOf(turn: Turn, frame: Frame, { retry, sight }: Caught & { retry: RetryPolicy }): number {
  if (retry.jitter === undefined) return 0;
  const from = turn.run.evaluator.duration(retry.jitter.from, sight);
  const to = turn.run.evaluator.duration(retry.jitter.to, sight);
  const { rounds } = bodyOf(frame, 'try');
  const chance = fractionOf(idempotencyKey(turn, frame, `jitter ${rounds}`));
  return Math.round(from + (to - from) * chance);
}

function retryLater(turn: Turn, frame: Frame, retry: { error: Problem; delayMs: number }): void {
  const { error, delayMs } = retry;
  const nextAttemptAt = instant(turn.at + delayMs);
  report(turn, { type: 'step.retrying', step: stepOf(turn, frame), error: toProblem(error), nextAttemptAt });
  const timer = startTimer(turn, frame, { ms: delayMs, purpose: 'retry' });
  putBody(turn, frame, { ...bodyOf(frame, 'try'), phase: 'delay', timer });
}
