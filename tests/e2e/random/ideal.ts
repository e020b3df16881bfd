import { createHash } from 'node:crypto';
import {
  createInterpreter,
  failure,
  isObject,
  type Command,
  type InterpreterEvent,
  type Json,
  type JsonObject,
  type NumberedTrace,
  type RunState,
  type Snapshot,
} from '@baton/core';

/** How a run ends when nothing goes wrong around it. */
export interface Ideal {
  readonly outcome: NonNullable<RunState['outcome']>;
  /** Deliveries that have an effect: their keys. */
  readonly effects: ReadonlySet<string>;
  /** How many steps of each kind have begun. */
  readonly kinds: ReadonlyMap<string, number>;
}

type Open = Exclude<Command, { kind: 'yield' } | { kind: 'cancel' }>;

/**
 * Drives the reducer by hand: every counterpart answers at once, timers fire in the order in which they are due. Null
 * when the run waits for something that never comes.
 */
export function idealOf(snapshot: Snapshot, signals: readonly JsonObject[]): Ideal | null {
  const begin = Date.UTC(2026, 0, 1);
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const interpreter = createInterpreter(snapshot, begin, { validateSchema: () => [], hash });
  const effects = new Set<string>();
  const attempts = new Map<string, number>();
  const trace: NumberedTrace[] = [];
  const queue: InterpreterEvent[] = signals.map((event) => ({ kind: 'signal', event }));
  let open: Open[] = [];
  let now = begin;
  let state: RunState | undefined;
  const take = (turn: ReturnType<typeof interpreter.start>): void => {
    ({ state } = turn);
    trace.push(...turn.trace);
    for (const command of turn.commands) {
      if (command.kind === 'yield') queue.unshift({ kind: 'continue' });
      else if (command.kind === 'cancel') open = open.filter(({ id }) => id !== command.target);
      else open.push(command);
    }
  };
  take(interpreter.start(now));
  while (state !== undefined && state.outcome === undefined) {
    let event = queue.shift();
    if (event === undefined) {
      const next = nextOf(open);
      if (next === undefined || (next.kind === 'start-timer' && next.dueAt - now > NEVER_MS)) return null;
      open = open.filter(({ id }) => id !== next.id);
      if (next.kind === 'start-timer') now = Math.max(now, next.dueAt);
      event = answerTo(next, { attempts, effects });
    }
    take(interpreter.next(state, event, now));
  }
  if (state?.outcome === undefined) return null;
  return { outcome: state.outcome, effects, kinds: kindsIn(trace) };
}

/** A timer that is due later stands for never. */
const NEVER_MS = 60_000;

/** Calls are answered before any timer fires. */
function nextOf(open: readonly Open[]): Open | undefined {
  const call = open.find(({ kind }) => kind !== 'start-timer');
  if (call !== undefined) return call;
  const timers = open.flatMap((command) => (command.kind === 'start-timer' ? [command] : []));
  return timers.toSorted((a, b) => a.dueAt - b.dueAt || a.id - b.id)[0];
}

function answerTo(
  command: Open,
  ledger: { attempts: Map<string, number>; effects: Set<string> },
): InterpreterEvent {
  const answer = (result: Json): InterpreterEvent => ({ kind: 'completed', command: command.id, result });
  switch (command.kind) {
    case 'start-timer':
      return { kind: 'fired', command: command.id };
    case 'invoke-agent': {
      const { idempotencyKey: key, input } = command;
      const earlier = ledger.attempts.get(key) ?? 0;
      ledger.attempts.set(key, earlier + 1);
      if (earlier < failuresOf(input)) {
        const busy = failure('communication', 'Busy.', { status: 503, retryable: true });
        return { kind: 'failed', command: command.id, failure: busy };
      }
      ledger.effects.add(key);
      return answer({ output: input });
    }
    case 'call-http':
      ledger.effects.add(command.idempotencyKey);
      return answer(httpAnswer(command.request.method, command.request.body ?? null));
    case 'open-human-task':
      return answer({ outcome: command.task.title, humanTaskId: 'task' });
    case 'start-run':
      return answer({ child: command.input });
    default:
      return command satisfies never;
  }
}

/** How often the agent refuses a delivery, as its input says. */
export function failuresOf(input: Json): number {
  const fail = isObject(input) ? input['fail'] : 0;
  return typeof fail === 'number' ? fail : 0;
}

/** What the counterpart of `call: http` answers. */
export function httpAnswer(method: string, body: Json): Json {
  return method.toLowerCase() === 'get' ? { read: true } : { wrote: body };
}

function kindsIn(trace: readonly NumberedTrace[]): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>();
  for (const event of trace) {
    if (event.type !== 'step.started' || event.step.attempt > 1) continue;
    kinds.set(event.step.kind, (kinds.get(event.step.kind) ?? 0) + 1);
  }
  return kinds;
}
