import type { Usage } from '../../agent.ts';
import { addUsage } from '../../agent.ts';
import { toProblem, type Failure } from '../../failure.ts';
import type { Json } from '../../json.ts';
import type { Behavior, Progress } from '../behavior.ts';
import { guard } from '../lifecycle.ts';
import type { Body, Frame } from '../state.ts';
import {
  ask,
  fault,
  findFrame,
  instant,
  push,
  putBody,
  report,
  startTimer,
  stepOf,
  type NewCommand,
  type Turn,
} from '../turn.ts';

type Call = Extract<Body, { kind: 'call' }>;

/** What one kind of call adds to the common course of calls. */
export interface CallKind {
  /** The command that is asked for; the same for every attempt but for its step. */
  command(turn: Turn, frame: Frame): NewCommand;
  /** The task's raw output, from the command's answer. */
  read(turn: Turn, frame: Frame, result: Json): Json;
  /** What the call used, when it tells. */
  usage?(turn: Turn, frame: Frame, result: Json): { usage: Usage; agent: string; version: string } | null;
  /** Milliseconds until the next attempt, or null to fault. */
  retryAfter?(turn: Turn, frame: Frame, failed: { failure: Failure; attempt: number }): number | null;
  progress?(turn: Turn, frame: Frame, news: Progress): void;
  /** Under which name the time a call took is remembered. */
  target?(turn: Turn, frame: Frame): string;
}

/** The behaviour of a task that is one effect: ask, wait, perhaps try again, finish. */
export function callBehavior(kind: CallKind): Behavior {
  return {
    begin(turn, frame) {
      call(turn, frame, { attempt: 1, command: kind.command(turn, frame) });
    },
    completed(turn, frame, result) {
      const { body } = frame;
      if (body.kind !== 'call') return;
      const target = kind.target?.(turn, frame);
      if (target !== undefined) {
        turn.draft.durations = { ...turn.draft.durations, [target]: turn.at - body.calledAt };
      }
      const ended = putBody(turn, frame, { kind: 'leaf' });
      addUp(turn, ended, kind.usage?.(turn, ended, result) ?? null);
      push(turn, { do: 'finish', frame: frame.id, output: kind.read(turn, ended, result) });
    },
    failed(turn, frame, failure) {
      const { body } = frame;
      if (body.kind !== 'call') return;
      const delayMs = kind.retryAfter?.(turn, frame, { failure, attempt: body.attempt }) ?? null;
      if (delayMs !== null) return backOff(turn, frame, { body, failure, delayMs });
      fault(turn, putBody(turn, frame, { kind: 'leaf' }), { ...toProblem(failure), instance: frame.pointer });
    },
    fired(turn, frame) {
      const { body } = frame;
      if (body.kind !== 'call' || body.phase !== 'backoff') return;
      const { id: _answered, step: _earlier, ...command } = body.command;
      guard(turn, frame, () => {
        call(turn, frame, { attempt: body.attempt + 1, command: { ...command, step: stepOf(turn, frame) } });
      });
    },
    ...(kind.progress === undefined ? {} : { progress: kind.progress }),
  };
}

function call(turn: Turn, frame: Frame, made: { attempt: number; command: NewCommand }): void {
  const step = { ...made.command.step, attempt: made.attempt };
  const command = ask(turn, { ...made.command, step });
  const body: Call = { kind: 'call', command, phase: 'calling', attempt: made.attempt, calledAt: turn.at };
  const called = putBody(turn, frame, body);
  if (made.attempt > 1)
    report(turn, { type: 'step.started', step: stepOf(turn, called), input: frame.input });
}

function backOff(turn: Turn, frame: Frame, wait: { body: Call; failure: Failure; delayMs: number }): void {
  const nextAttemptAt = instant(turn.at + wait.delayMs);
  const error = { ...toProblem(wait.failure), instance: frame.pointer };
  report(turn, { type: 'step.retrying', step: stepOf(turn, frame), error, nextAttemptAt });
  const timer = startTimer(turn, frame, { ms: wait.delayMs, purpose: 'retry' });
  putBody(turn, frame, { ...wait.body, phase: 'backoff', timer });
}

function addUp(
  turn: Turn,
  frame: Frame,
  used: { usage: Usage; agent: string; version: string } | null,
): void {
  if (used === null) return;
  turn.draft.usage = addUsage(turn.draft.usage, used.usage);
  const current = findFrame(turn, frame.id) ?? frame;
  report(turn, { type: 'agent.usage', step: stepOf(turn, current), ...used });
}

/** A call may run as a local activity when repeating it is harmless and it is known to be short. */
export function mayRunLocally(
  turn: Turn,
  call: { harmless: boolean; timeoutMs: number; target: string },
): boolean {
  if (!call.harmless) return false;
  const last = turn.draft.durations[call.target];
  return last === undefined ? call.timeoutMs <= SHORT_TIMEOUT_MS : last <= SHORT_CALL_MS;
}

/** A call whose time-out is this short needs no record to be known as short. */
const SHORT_TIMEOUT_MS = 10_000;

/** A call that took no longer than this the last time is expected to be short again. */
const SHORT_CALL_MS = 1_000;
