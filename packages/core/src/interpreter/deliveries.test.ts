import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Effects, PinnedAgent } from '../agent.ts';
import type { Json, JsonObject } from '../json.ts';
import { parseJson } from '../json-codec.ts';
import type { Command, InterpreterEvent, OpenCommand } from './commands.ts';
import { tasksAround } from './definitions-fixture.ts';
import { agentOf, BEGIN, PARAMS, snapshotOf } from './hand-runtime-fixture.ts';
import { createInterpreter, type Interpreter } from './interpreter.ts';
import type { Snapshot } from './snapshot.ts';
import type { Frame, RunState } from './state.ts';

/*
 * Of what reaches outside: a delivery is known by its run, its task, the indexes of all loops around it, and how often it
 * was completed there before. What is expected here is told from the frames alone, never from the tree of visits.
 */

/** A command that reaches outside. */
type Delivery = Exclude<OpenCommand, { kind: 'start-timer' }>;

const http = (method: string): JsonObject => ({
  call: 'http',
  with: { method, endpoint: 'https://a.example/' },
});

const call: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  ...['get', 'head', 'post', 'put', 'patch', 'delete'].map(http),
  { call: 'agent', with: { agent: 'writer', input: '${ . }' } },
  {
    call: 'agent',
    with: { agent: 'writer', input: '${ . }' },
    output: { schema: { document: { type: 'number' } } },
  },
  { call: 'human', with: { title: 'Sure?', expires: 'PT1H' } },
  { run: { workflow: { namespace: 'a', name: 'b', version: '1.0.0' } } },
);

/** Some calls, all over again when they are done and when an error was caught. */
const tasks = fc
  .array(tasksAround(call, { jumps: true }), { minLength: 1, maxLength: 3 })
  .map((list): Json[] => [
    { all: { try: list.map((task, n) => ({ [`s${n}`]: task })), catch: {} } },
    { pause: { wait: 'PT1S' } },
    { over: { switch: [{ again: { then: 'all' } }] } },
  ]);

const agent = fc
  .record({
    effects: fc.constantFrom<Effects>('none', 'idempotent', 'unknown'),
    timeoutMs: fc.constantFrom(5_000, 60_000),
  })
  .map((more): PinnedAgent => agentOf(more));

const choices = fc.array(fc.integer({ min: 0, max: 9_999 }), { minLength: 50, maxLength: 50 });

/** A run that is driven by choices, and what was seen of it. */
interface Driven {
  readonly snapshot: Snapshot;
  /** Looks at everything that is asked for, in order, with the place it is for. */
  asked?(delivery: Delivery, place: string): void;
  completed?(delivery: Delivery, tookMs: number): void;
}

/** Task and indexes of the loops around it, from the frames above a call. */
function placeOf(state: RunState, command: number): string {
  const frames = Object.values(state.frames);
  const above = (frame: Frame): readonly number[] => {
    const parent = state.frames[frame.parent];
    const isRound = frame.step !== frame.id;
    return [...(parent === undefined ? [] : above(parent)), ...(isRound ? [frame.iteration ?? -1] : [])];
  };
  const frame = frames.find(({ body }) => body.kind === 'call' && body.command.id === command);
  if (frame === undefined) throw new Error(`No frame has asked for ${command}.`);
  return JSON.stringify([frame.pointer, above(frame)]);
}

const isDelivery = (command: Command): command is Delivery =>
  command.kind !== 'yield' && command.kind !== 'cancel' && command.kind !== 'start-timer';

const answerTo = ({ kind }: OpenCommand, choice: number): Json => {
  if (kind === 'open-human-task') return { outcome: 'approve', humanTaskId: 'task-1' };
  // One in two is no number, which some of the agents' tasks refuse.
  return kind === 'invoke-agent' ? { output: choice % 2 === 0 ? choice : 'text' } : choice;
};

/** What happens to an open command: it is answered, or fails for good or for now; timers fire. */
function eventFor(command: OpenCommand, choice: number): InterpreterEvent {
  if (command.kind === 'start-timer') return { kind: 'fired', command: command.id };
  const fate = choice % 10;
  if (fate < 6) return { kind: 'completed', command: command.id, result: answerTo(command, choice) };
  const failure = { type: 'https://example.com/y', status: 500, title: 'y', retryable: fate < 9 };
  return { kind: 'failed', command: command.id, failure };
}

/** Hands the run to another execution, as continue-as-new does: nothing is left but its state. */
function continued(run: Driven, state: RunState): { interpreter: Interpreter; state: RunState } {
  const copy = structuredClone(state);
  expect(parseJson(JSON.stringify(state))).toEqual(copy);
  return { interpreter: createInterpreter(run.snapshot, BEGIN, PARAMS), state: copy };
}

function drive(run: Driven, given: readonly number[]): void {
  let interpreter = createInterpreter(run.snapshot, BEGIN, PARAMS);
  let now = BEGIN;
  let { state, commands } = interpreter.start(BEGIN);
  const began = new Map<number, number>();
  const look = (): void => {
    for (const command of commands.filter(isDelivery)) {
      began.set(command.id, now);
      run.asked?.(command, placeOf(state, command.id));
    }
  };
  look();
  for (const choice of given) {
    if (state.outcome !== undefined) return;
    if (choice % 8 === 0) {
      const before = interpreter.openCommands(state);
      ({ interpreter, state } = continued(run, state));
      expect(JSON.stringify(interpreter.openCommands(state))).toBe(JSON.stringify(before));
    }
    now += (choice % 7) * 400;
    const open = interpreter.openCommands(state).flatMap((one) => ('id' in one ? [one] : []));
    const command = open[choice % Math.max(1, open.length)];
    const goesOn = state.yielding || command === undefined;
    const event: InterpreterEvent = goesOn
      ? { kind: 'continue' }
      : eventFor(command, Math.floor(choice / 10));
    if (!goesOn && isDelivery(command) && event.kind === 'completed')
      run.completed?.(command, now - (began.get(command.id) ?? now));
    ({ state, commands } = interpreter.next(state, event, now));
    look();
  }
}

describe('the key of a delivery', () => {
  it('stays until the delivery is completed, is another one afterwards, and never serves two places', () => {
    const seen = { again: 0, afresh: 0, inLoops: 0 };
    const property = fc.property(tasks, agent, choices, (list, pinned, given) => {
      const keys = new Map<string, string>();
      const unfinished = new Map<string, string>();
      const places = new Map<string, string>();
      const asked = ({ idempotencyKey: key, kind }: Delivery, place: string): void => {
        const known = unfinished.get(place);
        if (known === undefined) expect(keys.get(key)).toBeUndefined();
        else expect(key).toBe(known);
        seen[known === undefined ? 'afresh' : 'again'] += 1;
        if (!place.endsWith('[]]')) seen.inLoops += 1;
        keys.set(key, kind);
        unfinished.set(place, key);
        places.set(key, place);
      };
      const completed = ({ idempotencyKey: key }: Delivery): void =>
        void unfinished.delete(places.get(key) ?? '');
      drive({ snapshot: snapshotOf(list, { agent: pinned }), asked, completed }, given);
    });
    fc.assert(property, { numRuns: 50 });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
  });

  it('is another one in every run', () => {
    const keysOf = (snapshot: Snapshot, given: readonly number[]): readonly string[] => {
      const keys: string[] = [];
      drive({ snapshot, asked: ({ idempotencyKey }) => void keys.push(idempotencyKey) }, given);
      return keys;
    };
    const property = fc.property(tasks, choices, (list, given) => {
      const snapshot = snapshotOf(list);
      const other = { ...snapshot, runId: '018f0000-0000-7000-8000-000000000002' };
      const [mine, theirs] = [keysOf(snapshot, given), new Set(keysOf(other, given))];
      expect(theirs.size).toBe(new Set(mine).size);
      expect(mine.filter((key) => theirs.has(key))).toEqual([]);
    });
    fc.assert(property, { numRuns: 20 });
  });
});

describe('a local call', () => {
  it('is one whose repetition is harmless and that was quick the last time, or must be', () => {
    const seen = { local: 0, ordinary: 0 };
    const property = fc.property(tasks, agent, choices, (list, pinned, given) => {
      let [lastCall, lastAgent] = [Infinity, pinned.timeoutMs <= 10_000 ? 0 : Infinity];
      const asked = (delivery: Delivery): void => {
        const local = 'local' in delivery && delivery.local;
        seen[local ? 'local' : 'ordinary'] += 1;
        const harmless =
          delivery.kind === 'call-http'
            ? ['GET', 'HEAD'].includes(delivery.request.method)
            : delivery.kind === 'invoke-agent' && pinned.effects !== 'unknown';
        const last = delivery.kind === 'call-http' ? lastCall : lastAgent;
        // Another attempt goes the way of the first one.
        if (delivery.step.attempt === 1) expect(local).toBe(harmless && last <= 1_000);
        else if (local) expect(harmless).toBe(true);
      };
      const completed = ({ kind }: Delivery, tookMs: number): void => {
        if (kind === 'call-http') lastCall = tookMs;
        if (kind === 'invoke-agent') lastAgent = tookMs;
      };
      drive({ snapshot: snapshotOf(list, { agent: pinned }), asked, completed }, given);
    });
    fc.assert(property, { numRuns: 50 });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
  });
});
