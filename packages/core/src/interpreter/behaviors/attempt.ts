import type { ErrorFilter, RetryPolicy, TryTask } from '../../definition/definition.ts';
import { canonicalErrorType, toProblem, type Problem } from '../../failure.ts';
import type { Json } from '../../json.ts';
import type { Behavior } from '../behavior.ts';
import { cancelBelow, bodySight } from '../lifecycle.ts';
import type { Body, Cursor, Frame } from '../state.ts';
import {
  fault,
  findFrame,
  instant,
  push,
  putBody,
  putFrame,
  report,
  startTimer,
  stepOf,
  takeBack,
  type Turn,
} from '../turn.ts';
import { idempotencyKey } from '../visits.ts';
import { beginAt, completeRun, nextOf } from './sequence.ts';
import { failure } from '../../failure.ts';

type Try = Extract<Body, { kind: 'try' }>;

/** `try`: its tasks; on an error that `catch` takes, another round as `retry` says, else the tasks of `catch`. */
export const tryBehavior: Behavior = {
  begin(turn, frame) {
    beginRound(turn, frame, { rounds: 1, firstAt: turn.at });
  },
  childDone(turn, frame, { output, then }) {
    if (then === 'end') return completeRun(turn, output);
    if (frame.body.kind !== 'try') return;
    const next = nextOf(turn.run.list(frame.pointer, frame.body.cursor.list), frame.body.cursor, then);
    if (next.kind === 'left') return finish(turn, frame, output);
    putBody(turn, frame, { ...frame.body, cursor: next.cursor });
    beginAt(turn, frame, { cursor: next.cursor, input: output });
  },
  childFaulted(turn, frame, { error }) {
    if (frame.body.kind !== 'try') return;
    if (frame.body.phase === 'catch') return fault(turn, frame, error);
    cancelBelow(turn, frame);
    handle(turn, clearRoundTimer(turn, frame), error);
  },
  fired(turn, frame, timer) {
    if (frame.body.kind !== 'try') return;
    if (timer === frame.body.timer)
      return beginRound(turn, frame, { rounds: frame.body.rounds + 1, firstAt: frame.body.firstAt });
    cancelBelow(turn, frame);
    const { roundTimer: _fired, ...body } = frame.body;
    const detail = `Round ${body.rounds} of "try" took longer than "catch.retry.limit.attempt.duration".`;
    handle(turn, putBody(turn, frame, body), { ...failure('timeout', detail), instance: frame.pointer });
  },
};

function taskOf(turn: Turn, frame: Frame): TryTask {
  const task = turn.run.item(frame.pointer)?.task;
  if (task?.kind !== 'try') throw new Error(`The task at ${frame.pointer} is no try.`);
  return task;
}

function beginRound(turn: Turn, frame: Frame, round: { rounds: number; firstAt: number }): void {
  const { retry } = taskOf(turn, frame).catch;
  const cursor: Cursor = { list: 'try', index: 0 };
  const limit = retry?.limit.attemptDuration;
  const roundTimer =
    limit === undefined
      ? undefined
      : startTimer(turn, frame, {
          ms: turn.run.evaluator.duration(limit, bodySight(turn, frame)),
          purpose: 'timeout',
        });
  const body: Try = {
    kind: 'try',
    phase: 'try',
    cursor,
    ...round,
    ...(roundTimer === undefined ? {} : { roundTimer }),
  };
  const begun = putBody(turn, frame, body);
  if (round.rounds > 1) report(turn, { type: 'step.started', step: stepOf(turn, begun), input: frame.input });
  if (!beginAt(turn, begun, { cursor, input: frame.input })) finish(turn, begun, frame.input);
}

function clearRoundTimer(turn: Turn, frame: Frame): Frame {
  if (frame.body.kind !== 'try' || frame.body.roundTimer === undefined) return frame;
  takeBack(turn, frame.body.roundTimer);
  const { roundTimer: _canceled, ...body } = frame.body;
  return putBody(turn, frame, body);
}

function finish(turn: Turn, frame: Frame, output: Json, then?: string): void {
  clearRoundTimer(turn, findFrame(turn, frame.id) ?? frame);
  push(turn, { do: 'finish', frame: frame.id, output, ...(then === undefined ? {} : { then }) });
}

function handle(turn: Turn, frame: Frame, error: Problem): void {
  const { body } = frame;
  const { catch: caught } = taskOf(turn, frame);
  if (body.kind !== 'try') return;
  const named = putFrame(turn, {
    ...frame,
    variables: { ...frame.variables, [caught.as]: problemJson(error) },
  });
  if (!takes(turn, named, error)) return fault(turn, frame, error);
  const delayMs = caught.retry === undefined ? null : delayOf(turn, named, caught.retry);
  if (delayMs !== null) return retryLater(turn, named, { error, delayMs });
  const cursor: Cursor = { list: 'catch', index: 0 };
  const catching = putBody(turn, named, { ...body, phase: 'catch', cursor });
  if (!beginAt(turn, catching, { cursor, input: frame.input }))
    finish(turn, catching, frame.input, caught.then);
}

function problemJson(error: Problem): Json {
  return { ...toProblem(error) };
}

function takes(turn: Turn, frame: Frame, error: Problem): boolean {
  const { catch: caught } = taskOf(turn, frame);
  if (!matches(caught.with, error)) return false;
  const sight = bodySight(turn, frame);
  const { evaluator } = turn.run;
  if (caught.when !== undefined && !evaluator.condition(caught.when, sight)) return false;
  return caught.exceptWhen === undefined || !evaluator.condition(caught.exceptWhen, sight);
}

/** Whether every field of the filter equals the error's; the spellings of a standard type are one. */
export function matches(filter: ErrorFilter, error: Problem): boolean {
  const { type, ...others } = filter;
  if (type !== undefined && canonicalErrorType(type) !== canonicalErrorType(error.type)) return false;
  const fields: Readonly<Record<string, unknown>> = { ...error };
  return Object.entries(others).every(([name, value]) => value === undefined || fields[name] === value);
}

/** Milliseconds until the next round, or null when there is none. */
function delayOf(turn: Turn, frame: Frame, retry: RetryPolicy): number | null {
  if (frame.body.kind !== 'try') return null;
  const { rounds, firstAt } = frame.body;
  const { evaluator } = turn.run;
  const sight = bodySight(turn, frame);
  if (retry.limit.count !== undefined && rounds >= retry.limit.count) return null;
  if (retry.when !== undefined && !evaluator.condition(retry.when, sight)) return null;
  if (retry.exceptWhen !== undefined && evaluator.condition(retry.exceptWhen, sight)) return null;
  const base = retry.delay === undefined ? 0 : evaluator.duration(retry.delay, sight);
  const factor = { constant: 1, linear: rounds, exponential: 2 ** (rounds - 1) }[retry.backoff];
  const delayMs = base * factor + jitterOf(turn, frame, retry);
  const longest =
    retry.limit.duration === undefined ? Infinity : evaluator.duration(retry.limit.duration, sight);
  return turn.at + delayMs - firstAt > longest ? null : delayMs;
}

/** A wait between the policy's bounds, chosen by a hash: replay must choose the same. */
function jitterOf(turn: Turn, frame: Frame, retry: RetryPolicy): number {
  if (retry.jitter === undefined || frame.body.kind !== 'try') return 0;
  const sight = bodySight(turn, frame);
  const from = turn.run.evaluator.duration(retry.jitter.from, sight);
  const to = turn.run.evaluator.duration(retry.jitter.to, sight);
  const chance = Number.parseInt(idempotencyKey(turn, frame, `jitter ${frame.body.rounds}`).slice(0, 8), 16);
  return Math.round(from + ((to - from) * chance) / 0xffffffff);
}

function retryLater(turn: Turn, frame: Frame, retry: { error: Problem; delayMs: number }): void {
  if (frame.body.kind !== 'try') return;
  const nextAttemptAt = instant(turn.at + retry.delayMs);
  report(turn, {
    type: 'step.retrying',
    step: stepOf(turn, frame),
    error: toProblem(retry.error),
    nextAttemptAt,
  });
  const timer = startTimer(turn, frame, { ms: retry.delayMs, purpose: 'retry' });
  putBody(turn, frame, { ...frame.body, phase: 'delay', timer });
}
