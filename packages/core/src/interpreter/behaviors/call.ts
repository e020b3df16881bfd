import { addUsage } from '../../agent.ts';
import { LONGEST_DURATION_MS } from '../../duration.ts';
import { toProblem, type Failure } from '../../failure.ts';
import type { Json } from '../../json.ts';
import type { Progress, TaskBehavior } from '../behavior.ts';
import type { OpenCommand } from '../commands.ts';
import { checkSize } from '../data.ts';
import type { Body, Frame, PauseState } from '../state.ts';
import type { TraceEvent } from '../trace.ts';
import {
  ask,
  bodyOf,
  fault,
  instant,
  push,
  putBody,
  report,
  startTimer,
  stepOf,
  type NewCommand,
  type Turn,
} from '../turn.ts';
import { noteDelivery, recordDelivery } from '../visits.ts';
import { noteAdmitted, noteQueued, unqueued } from './capacity.ts';

type Call = Extract<Body, { kind: 'call' }>;

/** What a call used, as it is told. */
type Used = Omit<Extract<TraceEvent, { type: 'agent.usage' }>, 'type' | 'step'>;

/** What one kind of call adds to the common course of calls. */
export interface CallKind {
  /** The command that is asked for; the same for every attempt but for its step. */
  command(turn: Turn, frame: Frame): NewCommand;
  /** The task's raw output, from the command's answer. */
  read(turn: Turn, frame: Frame, result: Json): Json;
  /** Goes on after an answer that is not the last one; false: it is. */
  goOn?(turn: Turn, frame: Frame, result: Json): boolean;
  /** Reports what came before the answer, when it tells. */
  tell?(turn: Turn, frame: Frame, result: Json): void;
  /** What the call used, when it tells. */
  usage?(turn: Turn, frame: Frame, result: Json): Used | null;
  /** Milliseconds until the next attempt, or null to fault. */
  retryAfter?(turn: Turn, frame: Frame, failed: { failure: Failure; attempt: number }): number | null;
  /** Tells readers for what the call waits; false for news that says nothing of it. */
  announce?(turn: Turn, frame: Frame, news: Progress): boolean;
}

/** The behaviour of a task that is one effect: ask, wait, perhaps try again, finish. */
export function callBehavior(kind: CallKind): TaskBehavior {
  return {
    begin(turn, frame) {
      const command = kind.command(turn, frame);
      checkSize(turn, command, 'request of the call');
      noteDelivery(turn, frame);
      call(turn, frame, { attempt: 1, command });
    },
    completed(turn, frame, result) {
      const { command, calledAt, attempt } = bodyOf(frame, 'call');
      noteDuration(turn, targetOf(command), turn.at - calledAt);
      // What was told and used counts whatever is thought of the answer.
      kind.tell?.(turn, frame, result);
      const used = kind.usage?.(turn, frame, result) ?? null;
      if (used !== null) addUp(turn, frame, used);
      if (kind.goOn?.(turn, frame, result) === true) return;
      recordDelivery(turn, frame);
      const ended = putBody(turn, frame, { kind: 'leaf', attempt });
      push(turn, { do: 'finish', frame: frame.id, output: kind.read(turn, ended, result) });
    },
    failed(turn, frame, failure) {
      const body = unqueued(bodyOf(frame, 'call'));
      const delayMs = kind.retryAfter?.(turn, frame, { failure, attempt: body.attempt }) ?? null;
      if (delayMs !== null) return backOff(turn, frame, { body, failure, delayMs });
      const ended = putBody(turn, frame, { kind: 'leaf', attempt: body.attempt });
      fault(turn, ended, { ...toProblem(failure), instance: frame.pointer });
    },
    fired(turn, frame) {
      const { attempt, command: asked, pause } = bodyOf(frame, 'call');
      const { id: _answered, ...command } = asked;
      call(turn, frame, { attempt: attempt + 1, command, ...(pause === undefined ? {} : { pause }) });
    },
    progress(turn, frame, news) {
      if (news.kind === 'call-queued') return noteQueued(turn, frame);
      if (news.kind === 'call-admitted') return noteAdmitted(turn, frame);
      const body = bodyOf(frame, 'call');
      // Who goes on in another execution asks again, and is told again.
      if (body.announced === true || kind.announce?.(turn, frame, news) !== true) return;
      putBody(turn, frame, { ...body, announced: true });
    },
  };
}

interface Made {
  readonly attempt: number;
  readonly command: NewCommand;
  readonly pause?: PauseState;
}

/** Asks for what comes after an answer that was not the last one. */
export function callOn(turn: Turn, frame: Frame, made: Omit<Made, 'attempt'>): void {
  checkSize(turn, made.command, 'request of the call');
  call(turn, frame, { attempt: 1, ...made });
}

function call(turn: Turn, frame: Frame, { command: made, ...more }: Made): void {
  const step = { ...stepOf(turn, frame), attempt: more.attempt };
  const command = ask(turn, { ...made, step });
  const body: Call = { kind: 'call', command, phase: 'calling', calledAt: turn.at, ...more };
  putBody(turn, frame, body);
  if (more.attempt > 1) report(turn, { type: 'step.started', step, input: frame.input });
}

function backOff(turn: Turn, frame: Frame, wait: { body: Call; failure: Failure; delayMs: number }): void {
  const ms = Math.min(Math.round(wait.delayMs), LONGEST_DURATION_MS);
  const error = { ...toProblem(wait.failure), instance: frame.pointer };
  const nextAttemptAt = instant(turn.at + ms);
  report(turn, { type: 'step.retrying', step: stepOf(turn, frame), error, nextAttemptAt });
  const timer = startTimer(turn, frame, { ms, purpose: 'retry' });
  putBody(turn, frame, { ...wait.body, phase: 'backoff', timer });
}

function addUp(turn: Turn, frame: Frame, used: Used): void {
  turn.draft.usage = addUsage(turn.draft.usage, used.usage);
  report(turn, { type: 'agent.usage', step: stepOf(turn, frame), ...used });
}

/** Targets whose last duration is kept: the ones that were called last. */
const MOST_TARGETS = 200;

function noteDuration(turn: Turn, target: string | null, ms: number): void {
  if (target === null) return;
  const { [target]: _older, ...others } = turn.draft.durations;
  const kept = Object.entries(others).slice(1 - MOST_TARGETS);
  turn.draft.durations = Object.fromEntries([...kept, [target, ms]]);
}

/** Under which name the time a call took is remembered: the agent's version or the origin; null for long waits. */
function targetOf(command: NewCommand | OpenCommand): string | null {
  if (command.kind === 'invoke-agent') return command.agent;
  return command.kind === 'call-http' ? originOf(command.request.uri) : null;
}

/** Scheme and authority of a URI. */
export function originOf(uri: string): string {
  return uri.replace(/^([a-z]+:\/\/[^/?#]*).*$/is, '$1');
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
