import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../json.ts';
import { parseJson } from '../json-codec.ts';
import type { InterpreterEvent } from './commands.ts';
import { anyTask, tasksAround } from './definitions-fixture.ts';
import { BEGIN, PARAMS, snapshotOf } from './hand-runtime-fixture.ts';
import { createInterpreter } from './interpreter.ts';
import { TURN_SHARE, type TurnResult } from './settle.ts';
import type { RunState } from './state.ts';
import { createEvaluator } from './expressions.ts';
import { bodyOf, frameAt, itemAt, openTurn, shown, stepOf, taskAt, type Turn } from './turn.ts';
import { guard } from './lifecycle.ts';
import { loadRun } from './load.ts';
import { afterAnswer } from './behaviors/agent-pause.ts';
import { behaviors } from './behaviors/behaviors.ts';

/** What happens next, by a number: mostly answers, now and then something else. */
function chosenEvent(
  state: RunState,
  open: readonly { id: number; kind: string }[],
  choice: number,
): InterpreterEvent {
  const command = open[choice % Math.max(1, open.length)];
  const other = choice % 23;
  if (other === 0) return { kind: 'suspend' };
  if (other === 1 || state.suspended) return { kind: 'resume' };
  if (other < 5) return { kind: 'signal', event: { type: other === 2 ? 'x' : 'y', id: `${choice}` } };
  if (other === 5 && choice > 500) return { kind: 'cancel', reason: 'enough' };
  if (command === undefined || state.yielding) return { kind: 'continue' };
  if (command.kind === 'start-timer') return { kind: 'fired', command: command.id };
  if (other < 9) {
    const failure = { type: 'https://example.com/y', status: 500, title: 'y', retryable: other === 6 };
    return { kind: 'failed', command: command.id, failure };
  }
  if (other === 9) return { kind: 'human-task-opened', command: command.id, humanTaskId: 'task-1' };
  const human = { outcome: 'approve', humanTaskId: 'task-1' };
  const result = command.kind === 'open-human-task' ? human : { output: choice };
  return { kind: 'completed', command: command.id, result };
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

/** A state is JSON and nothing more, so that it can be handed from one execution to the next. */
function copied(state: RunState): RunState {
  const copy = structuredClone(state);
  expect(parseJson(JSON.stringify(state))).toEqual(copy);
  return copy;
}

/** Drives a definition with chosen events and checks every turn. */
function drive(
  tasks: readonly Json[],
  choices: readonly number[],
  check: (turn: TurnResult, again: () => readonly TurnResult[]) => void,
): RunState {
  const snapshot = snapshotOf(tasks, { definition: { timeout: { after: 'P1D' } } });
  const interpreter = createInterpreter(snapshot, BEGIN, PARAMS);
  const replayed = createInterpreter(snapshot, BEGIN, PARAMS);
  let turn = interpreter.start(BEGIN);
  check(turn, () => [replayed.start(BEGIN)]);
  let now = BEGIN;
  for (const choice of choices) {
    const state = frozen(turn.state);
    if (state.outcome !== undefined) break;
    now += (choice % 7) * 500;
    const open = interpreter
      .openCommands(state)
      .flatMap((one) => ('id' in one ? [{ id: one.id, kind: one.kind }] : []));
    const event = frozen(chosenEvent(state, open, choice));
    turn = interpreter.next(state, event, now);
    check(turn, () => [interpreter.next(state, event, now), replayed.next(copied(state), event, now)]);
  }
  return turn.state;
}

const run = fc.tuple(
  fc
    .array(tasksAround(anyTask), { minLength: 1, maxLength: 3 })
    .map((tasks) => tasks.map((task, n) => ({ [`s${n}`]: task }))),
  fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 30, maxLength: 30 }),
);

describe('the invariants of the interpreter', () => {
  it('hold for any definition and any events: the same again, from a copy too (I1)', () => {
    fc.assert(
      fc.property(run, ([tasks, choices]) => {
        drive(tasks, choices, (turn, again) => {
          const text = JSON.stringify(turn);
          expect(JSON.stringify(JSON.parse(text))).toBe(text);
          for (const other of again()) expect(other).toEqual(turn);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('hold for any definition and any events: numbers, ends and shares (I2, I3, I4, I5)', () => {
    fc.assert(
      fc.property(run, ([tasks, choices]) => {
        let seq = 0;
        let command = 0;
        const state = drive(tasks, choices, (turn) => {
          for (const event of turn.trace) expect(event.seq).toBe((seq += 1));
          for (const one of turn.commands) if ('id' in one) expect(one.id).toBeGreaterThan(command);
          command = Math.max(command, ...turn.commands.flatMap((one) => ('id' in one ? [one.id] : [])));
          expect(turn.trace.length).toBeLessThanOrEqual(4 * TURN_SHARE);
        });
        const interpreter = createInterpreter(snapshotOf(tasks), BEGIN, PARAMS);
        if (state.outcome === undefined) {
          const late: InterpreterEvent = { kind: 'completed', command: 100_000, result: 1 };
          const { commands, trace } = interpreter.next({ ...state, suspended: false }, late, BEGIN);
          if (state.ready.length + state.held.length === 0 && !state.suspended)
            expect({ commands, trace }).toEqual({ commands: [], trace: [] });
        } else {
          expect(interpreter.openCommands(state)).toEqual([]);
          expect(state).toMatchObject({ frames: {}, timers: {}, ready: [], held: [], inbox: [] });
          expect(interpreter.next(state, { kind: 'resume' }, BEGIN).state).toBe(state);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('hold for what is open: every command is open in the state or was answered or taken back', () => {
    fc.assert(
      fc.property(run, ([tasks, choices]) => {
        const interpreter = createInterpreter(snapshotOf(tasks), BEGIN, PARAMS);
        const open = new Set<number>();
        drive(tasks, choices, (turn) => {
          for (const one of turn.commands) {
            if (one.kind === 'cancel') expect(open.delete(one.target)).toBe(true);
            else if (one.kind !== 'yield') open.add(one.id);
          }
          const now = interpreter.openCommands(turn.state).flatMap((one) => ('id' in one ? [one.id] : []));
          // What is open was asked for; what was asked for and is not open was answered just now.
          expect(now.filter((id) => !open.has(id))).toEqual([]);
          for (const id of open) if (!now.includes(id)) open.delete(id);
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('what must never happen', () => {
  const snapshot = snapshotOf([{ a: { set: { x: 1 } } }]);
  const { state } = createInterpreter(snapshot, BEGIN, PARAMS).start(BEGIN);
  const turn: Turn = openTurn(loadRun(snapshot, BEGIN, { ...PARAMS, behaviors }), state, BEGIN);
  const frame = {
    id: 1,
    parent: 0,
    pointer: '/do/0/a',
    place: [],
    step: 1,
    variables: {},
    input: null,
    startedAt: BEGIN,
    body: { kind: 'leaf' as const },
  };

  it('is an error of the interpreter, not of the run', () => {
    expect(() => frameAt(turn, 7)).toThrow('Frame 7 has ended.');
    expect(() => itemAt(turn, '/do/9')).toThrow('The definition has no task at "/do/9".');
    expect(() => taskAt(turn, frame, 'for')).toThrow('The task at "/do/0/a" is no for.');
    expect(() => bodyOf(frame, 'call')).toThrow('The frame at "/do/0/a" is no call.');
    const command = {
      kind: 'start-timer',
      id: 1,
      dueAt: 1,
      purpose: 'wait',
      step: stepOf(turn, frame),
    } as const;
    const body = { kind: 'call', command, phase: 'calling', attempt: 1, calledAt: BEGIN } as const;
    expect(() => afterAnswer(turn, { ...frame, body }, null)).toThrow(
      'The call at "/do/0/a" is in no pause.',
    );
    const broken = (): void => {
      throw new RangeError('bug');
    };
    expect(() => guard(turn, frame, broken)).toThrow(RangeError);
  });

  it('is told with the beginning of a value', () => {
    expect(shown({ a: 1 })).toBe('{"a":1}');
    expect(shown('x'.repeat(200))).toBe(`"${'x'.repeat(99)}…`);
  });

  it('is not hidden by an evaluator whose clock is broken', () => {
    const evaluator = createEvaluator(() => {
      throw new RangeError('no clock');
    });
    expect(() => evaluator.expression('now', { input: null, variables: {} })).toThrow(RangeError);
  });
});
