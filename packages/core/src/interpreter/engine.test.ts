import { describe, expect, it } from '@jest/globals';
import type { TaskBehavior } from './behavior.ts';
import { behaviors } from './behaviors/behaviors.ts';
import { hasEngine } from './engine.ts';
import { BEGIN, PARAMS, snapshotOf } from './hand-runtime-fixture.ts';
import { hold } from './inbox.ts';
import { createInterpreter } from './interpreter.ts';
import { loadRun, type LoadedRun } from './load.ts';
import { settle } from './settle.ts';
import { ENGINE_VERSION, JQ_VERSIONS } from './snapshot.ts';
import type { Outcome } from './state.ts';
import { openTurn, push } from './turn.ts';

const snapshot = snapshotOf([{ nap: { wait: 'PT1S' } }, { a: { set: { x: 1 } } }]);
const { state } = createInterpreter(snapshot, BEGIN, PARAMS).start(BEGIN);

/** A run of a version of the interpreter, the next one perhaps, with which `set` behaves otherwise. */
function planted(engine: number): LoadedRun {
  const set: TaskBehavior = {
    begin(turn, frame) {
      if (!hasEngine(turn.run, ENGINE_VERSION + 1)) return behaviors.set.begin(turn, frame);
      push(turn, { do: 'finish', frame: frame.id, output: 'the new way' });
    },
  };
  const run = loadRun(snapshot, BEGIN, { ...PARAMS, behaviors: { ...behaviors, set } });
  return { ...run, snapshot: { ...snapshot, engine } };
}

function outcomeWith(engine: number): Outcome | undefined {
  const turn = openTurn(planted(engine), state, BEGIN + 1_000);
  hold(turn, { kind: 'fired', command: 1 });
  return settle(turn).state.outcome;
}

describe('hasEngine()', () => {
  it('keeps the old behavior for runs of the version before, and gives the new one to the others', () => {
    expect(outcomeWith(ENGINE_VERSION)).toMatchObject({ output: { x: 1 } });
    expect(outcomeWith(ENGINE_VERSION + 1)).toMatchObject({ output: 'the new way' });
  });

  it('is true for every version up to the one of the run', () => {
    const run = { snapshot: { ...snapshot, engine: 3 } };
    expect([1, 2, 3, 4].map((version) => hasEngine(run, version))).toEqual([true, true, true, false]);
  });
});

describe('ENGINE_VERSION', () => {
  it('is the last of the versions whose expressions are known', () => {
    expect(Object.keys(JQ_VERSIONS).map(Number)).toEqual(
      Array.from({ length: ENGINE_VERSION }, (_, n) => n + 1),
    );
  });

  it('is what runs of newer versions are refused with', () => {
    const newer = { ...snapshot, engine: ENGINE_VERSION + 1 };
    expect(() => createInterpreter(newer, BEGIN, PARAMS)).toThrow('start newer workers');
  });
});
