import { describe, expect, it } from '@jest/globals';
import type { Json } from '../json.ts';
import { loadRun } from './load.ts';
import { behaviors } from './behaviors/behaviors.ts';
import { createInterpreter } from './interpreter.ts';
import { ENGINE_VERSION } from './snapshot.ts';
import {
  BEGIN,
  errorOf,
  eventsOf,
  outputOf,
  PARAMS,
  snapshotOf,
  start,
  told,
  type Hand,
} from './hand-runtime-fixture.ts';
import { MAX_STEPS, TURN_SHARE } from './settle.ts';

const http = (name: string): Json => ({
  [name]: { call: 'http', with: { method: 'get', endpoint: `https://${name}.example/` } },
});

/** A step of every kind that can be open, side by side. */
const everything: Json = {
  f: {
    fork: {
      branches: [
        http('calling'),
        { agent: { call: 'agent', with: { agent: 'writer' } } },
        { human: { call: 'human', with: { title: 'Sure?' } } },
        { child: { run: { workflow: { namespace: 'a', name: 'b', version: '1.0.0' } } } },
        { pausing: { wait: 'PT1H' } },
        { listening: { listen: { to: { one: { with: { type: 'x' } } } } } },
        { timed: { timeout: { after: 'PT2H' }, do: [http('inner')] } },
        { tried: { try: [http('failing')], catch: { retry: { delay: 'PT1H' } } } },
        {
          limited: {
            try: [http('slow')],
            catch: { retry: { limit: { attempt: { count: 2, duration: 'PT1H' } } } },
          },
        },
        {
          loop: {
            for: { in: '[1,2]' },
            metadata: { baton: { concurrency: 2 } },
            do: [{ backing: { call: 'agent', with: { agent: 'writer' } } }],
          },
        },
      ],
    },
  },
};

const begun = (): Hand => {
  const hand = start([everything], { definition: { timeout: { after: 'P1D' } } });
  hand.fail('failing');
  hand.fail('backing');
  return hand;
};

describe('createInterpreter()', () => {
  it('throws for a definition that publishing would have refused', () => {
    expect(() => createInterpreter(snapshotOf([]), BEGIN, PARAMS)).toThrow(
      "The run's definition is not valid",
    );
  });

  it('throws for a run of a newer interpreter, rather than read it differently', () => {
    const snapshot = { ...snapshotOf([everything]), engine: ENGINE_VERSION + 1 };
    expect(() => createInterpreter(snapshot, BEGIN, PARAMS)).toThrow('start newer workers');
  });
});

describe('cancel', () => {
  it('takes back every open effect and cancels every open step, the run last', () => {
    const hand = begun();
    expect(
      hand
        .open()
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(
      [
        ...['call-http', 'call-http', 'call-http', 'invoke-agent', 'invoke-agent'],
        ...['open-human-task', 'start-run'],
        ...Array.from({ length: 6 }, () => 'start-timer'),
      ].toSorted(),
    );
    hand.feed({ kind: 'cancel', reason: 'enough' });
    expect(hand.open()).toEqual([]);
    expect(hand.state).toMatchObject({
      outcome: { status: 'canceled', reason: 'enough' },
      frames: {},
      timers: {},
      ready: [],
      held: [],
      inbox: [],
    });
    const canceled = eventsOf(hand, 'step.canceled').map(({ step }) => step.name);
    expect(canceled.toSorted()).toEqual(
      [
        ...['agent', 'backing', 'backing', 'calling', 'child', 'f', 'human', 'inner', 'limited', 'listening'],
        ...['loop', 'pausing', 'slow', 'timed', 'tried'],
      ].toSorted(),
    );
    expect(canceled.at(-1)).toBe('f');
    expect(told(hand).at(-1)).toBe('run.canceled');
  });

  it('ends a suspended run', () => {
    const hand = begun();
    hand.feed({ kind: 'suspend' });
    hand.feed({ kind: 'cancel', reason: 'enough' });
    expect(hand.state.outcome).toEqual({ status: 'canceled', reason: 'enough' });
  });
});

describe('an answer that nobody waits for', () => {
  it('changes nothing, whichever it is (I3)', () => {
    const hand = start([http('a'), { w: { wait: 'PT1S' } }]);
    const { id } = hand.of('a');
    hand.answer('a', 1);
    const { state } = hand;
    const unchanged = { state, commands: [], trace: [] };
    const failed = { type: 'x', status: 500, title: 'x', retryable: true };
    const timer = hand.of('w').id;
    expect(hand.feed({ kind: 'completed', command: id, result: 2 })).toEqual(unchanged);
    expect(hand.feed({ kind: 'failed', command: id, failure: failed })).toEqual(unchanged);
    expect(hand.feed({ kind: 'fired', command: id })).toEqual(unchanged);
    expect(hand.feed({ kind: 'human-task-opened', command: id, humanTaskId: 'x' })).toEqual(unchanged);
    expect(hand.feed({ kind: 'completed', command: timer, result: 2 })).toEqual(unchanged);
    expect(hand.feed({ kind: 'completed', command: 99, result: 2 })).toEqual(unchanged);
    expect(hand.feed({ kind: 'continue' })).toEqual(unchanged);
    expect(hand.feed({ kind: 'resume' })).toEqual(unchanged);
  });

  it('is not taken for the timer of a call that will be tried again', () => {
    const hand = start([{ a: { call: 'agent', with: { agent: 'writer' } } }]);
    hand.fail('a');
    const { state } = hand;
    const timer = hand.of('a').id;
    expect(hand.feed({ kind: 'completed', command: timer, result: { output: 1 } }).state).toEqual(state);
  });
});

describe('a run that has ended', () => {
  it('is changed by nothing (I4)', () => {
    const hand = start([http('a')]);
    hand.answer('a', 1);
    const { state } = hand;
    const unchanged = { state, commands: [], trace: [] };
    expect(hand.feed({ kind: 'cancel', reason: 'late' })).toEqual(unchanged);
    expect(hand.feed({ kind: 'suspend' })).toEqual(unchanged);
    expect(hand.feed({ kind: 'signal', event: { type: 'x' } })).toEqual(unchanged);
  });
});

describe('suspend', () => {
  it('holds what comes and starts nothing until resume', () => {
    const hand = start([http('a'), http('b'), { l: { listen: { to: { one: { with: { type: 'x' } } } } } }]);
    hand.feed({ kind: 'suspend' });
    expect(hand.feed({ kind: 'suspend' }).trace).toEqual([]);
    expect(hand.answer('a', 1)).toMatchObject({ commands: [], trace: [] });
    hand.signal({ type: 'x', data: 'early' });
    expect(hand.state.held).toHaveLength(2);
    hand.feed({ kind: 'resume' });
    expect(told(hand).slice(-4)).toEqual([
      'run.suspended',
      'run.resumed',
      'step.completed a',
      'step.started b',
    ]);
    hand.answer('b', 2);
    expect(outputOf(hand)).toEqual(['early']);
  });

  it('gives what was held in the order in which it came', () => {
    const hand = start([{ a: { timeout: { after: 'PT5S' }, do: [http('inner')] } }]);
    hand.feed({ kind: 'suspend' });
    hand.answer('inner', 'in time');
    hand.fire();
    hand.feed({ kind: 'resume' });
    expect(outputOf(hand)).toBe('in time');
  });

  it('still reports news of human tasks', () => {
    const hand = start([{ h: { call: 'human', with: { title: 'Sure?' } } }]);
    hand.feed({ kind: 'suspend' });
    hand.feed({ kind: 'human-task-opened', command: hand.of('h').id, humanTaskId: 'task-1' });
    expect(told(hand)).toContain('human_task.opened h');
  });

  it('says after resume whether the run waits', () => {
    const hand = start([{ w: { wait: 'PT1H' } }]);
    hand.feed({ kind: 'suspend' });
    hand.feed({ kind: 'resume' });
    expect(told(hand).slice(-4)).toEqual(['run.waiting', 'run.suspended', 'run.resumed', 'run.waiting']);
  });
});

describe('waiting', () => {
  it('begins when everything open waits and ends when something works', () => {
    const hand = start([{ f: { fork: { branches: [{ w: { wait: 'PT1S' } }, http('a')] } } }, http('b')]);
    expect(told(hand)).not.toContain('run.waiting');
    hand.answer('a', 1);
    expect(told(hand).at(-1)).toBe('run.waiting');
    hand.fire();
    expect(told(hand).at(-1)).toBe('run.resumed');
  });
});

describe('a long turn', () => {
  const counting: Json = {
    count: { for: { in: '[range(2000)]' }, do: [{ a: { set: { n: '${ (.n // 0) + 1 }' } } }] },
  };

  it('leaves what is beyond its share and asks to be called again (I5)', () => {
    const hand = start([counting]);
    expect(hand.commands).toEqual([{ kind: 'yield' }]);
    expect(hand.trace.length).toBeLessThanOrEqual(3 * TURN_SHARE);
    expect(hand.interpreter.openCommands(hand.state)).toEqual([{ kind: 'yield' }]);
    let turns = 1;
    while (hand.state.outcome === undefined) {
      hand.feed({ kind: 'continue' });
      turns += 1;
    }
    expect(outputOf(hand)).toEqual({ n: 2_000 });
    expect(turns).toBeGreaterThan(3);
    expect(hand.trace.map(({ seq }) => seq)).toEqual(hand.trace.map((_, index) => index + 1));
  });

  it('takes an event only once its work is done, and yields once', () => {
    const hand = start([
      { f: { fork: { branches: [{ l: { listen: { to: { one: { with: { type: 'x' } } } } } }, counting] } } },
    ]);
    hand.signal({ type: 'x', data: 1 });
    expect(hand.state.held).toHaveLength(1);
    expect(hand.commands).toEqual([{ kind: 'yield' }]);
    while (hand.state.outcome === undefined) hand.feed({ kind: 'continue' });
    expect(outputOf(hand)).toEqual([[1], { n: 2_000 }]);
    expect(hand.commands.every(({ kind }) => kind === 'yield')).toBe(true);
  });

  it('does not ask while it is suspended', () => {
    const hand = start([counting]);
    hand.feed({ kind: 'suspend' });
    expect(hand.feed({ kind: 'continue' })).toMatchObject({ commands: [], trace: [] });
    expect(hand.feed({ kind: 'resume' }).commands).toEqual([{ kind: 'yield' }]);
  });

  it('can be canceled', () => {
    const hand = start([counting]);
    hand.feed({ kind: 'cancel', reason: 'enough' });
    expect(hand.state).toMatchObject({ ready: [], yielding: false, outcome: { status: 'canceled' } });
  });
});

describe('the limit of steps', () => {
  it('ends a loop without end', () => {
    const hand = start([{ w: { wait: 'PT1S' } }, { again: { set: { x: 1 }, then: 'again' } }]);
    const near = { ...hand.state, nextStep: MAX_STEPS - 5 };
    const { state, trace } = hand.interpreter.next(near, { kind: 'fired', command: hand.of('w').id }, BEGIN);
    expect(state.outcome).toMatchObject({
      status: 'faulted',
      error: { status: 500, instance: '/do/1/again', detail: expect.stringContaining('100000 steps') },
    });
    expect(trace.filter(({ type }) => type === 'step.started')).toHaveLength(6);
  });
});

describe('openCommands()', () => {
  it('gives all that is open, in order, as it was asked for', () => {
    const hand = begun();
    const open = hand.interpreter.openCommands(hand.state);
    expect(open).toEqual(hand.open());
    hand.fire();
    expect(hand.interpreter.openCommands(hand.state)).toEqual(hand.open());
    hand.feed({ kind: 'cancel', reason: 'enough' });
    expect(hand.interpreter.openCommands(hand.state)).toEqual([]);
  });
});

describe('expressions of a run', () => {
  it('see the run, the task and the clock of the workflow', () => {
    const hand = start(
      [
        { w: { wait: 'PT2S' } },
        {
          a: {
            input: { from: '{ n: .n }' },
            set: {
              workflow: '${ $workflow | {id, input, startedAt, name: .definition.document.name} }',
              runtime: '${ $runtime.name }',
              task: '${ $task | {name, reference, input, startedAt, set: (.definition | has("set"))} }',
              now: '${ now }',
            },
            export: { as: '{ raw: $task.output.now, output: $output.now, input: $input }' },
            output: { as: '. + { context: $context }' },
          },
        },
        { b: { set: { last: '${ . }', context: '${ $context }' } } },
      ],
      { input: { n: 1, m: 2 } },
    );
    hand.fire();
    const date = (ms: number): Json => ({
      iso8601: new Date(ms).toISOString(),
      epoch: { seconds: ms / 1_000, milliseconds: ms },
    });
    const now = BEGIN / 1_000 + 2;
    expect(outputOf(hand)).toEqual({
      last: {
        workflow: {
          id: snapshotOf([]).runId,
          input: { n: 1, m: 2 },
          startedAt: date(BEGIN),
          name: 'by-hand',
        },
        runtime: 'baton',
        task: {
          name: 'a',
          reference: '/do/1/a',
          input: { n: 1, m: 2 },
          startedAt: date(BEGIN + 2_000),
          set: true,
        },
        now,
        context: null,
      },
      context: { raw: now, output: now, input: { n: 1 } },
    });
  });

  it('fault the task when they give more than one value, and are null when they give none', () => {
    expect(errorOf(start([{ a: { set: '${ 1, 2 }' } }])).detail).toBe(
      'The expression "1, 2" failed: it gives more than one result; collect them with [ ] or take one with first().',
    );
    expect(outputOf(start([{ a: { set: { x: '${ empty }' } } }]))).toEqual({ x: null });
  });
});

describe('schemas', () => {
  it('check input, output and context of a task', () => {
    const schema = { document: { type: 'object', required: ['x'] } };
    const input = start([{ a: { input: { schema }, set: { x: 1 } } }]);
    expect(errorOf(input).detail).toContain('The input does not match its schema: the value: ');
    const output = start([{ a: { set: { y: 1 }, output: { schema } } }]);
    expect(errorOf(output)).toMatchObject({ status: 400, instance: '/do/0/a' });
    const context = start([{ a: { set: { x: 1 }, export: { schema, as: '{ y: 1 }' } } }]);
    expect(errorOf(context).detail).toContain('The context does not match its schema');
    const kept = start([{ a: { set: { x: 1 }, export: { schema } } }]);
    expect(errorOf(kept).detail).toContain('The context does not match its schema');
  });

  it('name where a value is wrong', () => {
    const schema = { document: { type: 'object', properties: { n: { type: 'number' } } } };
    const hand = start([{ a: { input: { schema }, set: { x: 1 } } }], { input: { n: 'one' } });
    expect(errorOf(hand).detail).toContain('/n: ');
    expect(told(hand)).toEqual(['run.started', 'step.started a', 'step.faulted a', 'run.faulted']);
  });

  it('may be templates that make a new value', () => {
    const hand = start([{ a: { input: { from: { twice: '${ .n * 2 }' } }, set: '${ .twice }' } }], {
      input: { n: 4 },
    });
    expect(outputOf(hand)).toBe(8);
  });
});

describe('loadRun()', () => {
  const run = loadRun(snapshotOf([{ a: { set: { x: 1 } } }]), BEGIN, { ...PARAMS, behaviors });

  it('finds tasks, lists and their source, and nothing where there is nothing', () => {
    expect(run.item('/do/0/a')?.name).toBe('a');
    expect(run.item('/do/1/b')).toBeUndefined();
    expect(run.list('', 'do')).toHaveLength(1);
    expect(run.list('/do/0/a', 'do')).toEqual([]);
    expect(run.source('/do/0/a')).toEqual({ set: { x: 1 } });
    expect(run.source('/do/0/a/set/x/deeper')).toBeNull();
    expect(run.source('/do/7')).toBeNull();
  });
});
