import { describe, expect, it } from '@jest/globals';
import { eventually, textOf } from './http.ts';
import { ERRORS, createScenario, objectOf } from './scenario.ts';
import { verifies } from './verifies.ts';

const { run, publish, start, ended, reaches, call, events, steps } = createScenario();
describe('tasks of the language', () => {
  it(verifies(['LANG-1', 'LANG-2'], 'sets, loops, switches and transforms data'), async () => {
    const ended = await run(
      [
        { init: { set: { numbers: '${ .numbers }', total: 0 }, export: { as: '{ first: .numbers[0] }' } } },
        {
          add: {
            for: { each: 'n', in: '.numbers' },
            do: [{ one: { set: { total: '${ .total + $n }', last: '${ $index }' } } }],
          },
        },
        { big: { switch: [{ yes: { when: '.total > 5', then: 'shout' } }, { no: { then: 'end' } }] } },
        { skipped: { set: { never: true } } },
        { shout: { set: '${ { text: "total \\(.total)", first: $context.first, last } }' } },
      ],
      { numbers: [1, 2, 3] },
      { output: { as: '. + { by: $workflow.definition.document.namespace }' } },
    );
    expect(ended).toMatchObject({
      status: 'completed',
      output: { text: 'total 6', first: 1, last: 2, by: 'e2e' },
      error: null,
    });
  });

  it(verifies('LANG-1', 'forks, and lets branches compete'), async () => {
    const both = await run([
      {
        fan: {
          fork: {
            branches: [
              { a: { set: { a: 1 } } },
              { b: { wait: { milliseconds: 50 }, output: { as: '{b: 2}' } } },
            ],
          },
        },
      },
    ]);
    expect(both['output']).toEqual([{ a: 1 }, { b: 2 }]);
    const race = await run([
      {
        race: {
          fork: {
            compete: true,
            branches: [{ slow: { wait: 'PT1H' } }, { fast: { wait: 'PT0.05S', output: { as: '"won"' } } }],
          },
        },
      },
    ]);
    expect(race).toMatchObject({ status: 'completed', output: 'won' });
    const canceled = (await events(textOf(race, 'id'))).filter(({ type }) => type === 'step.canceled');
    expect(canceled.map(({ step }) => objectStep(step))).toEqual(['/do/0/race/fork/branches/0/slow']);
  });

  it(verifies('LANG-1', 'raises, catches, and tries again'), async () => {
    const attempt = {
      try: [
        { count: { set: '${ (. // 0) }' } },
        { fail: { raise: { error: { type: `${ERRORS}/communication`, status: 503, title: 'Busy' } } } },
      ],
      catch: {
        errors: { with: { type: 'https://serverlessworkflow.io/dsl/errors/types/communication' } },
        as: 'problem',
        retry: {
          delay: { milliseconds: 10 },
          backoff: { exponential: {} },
          limit: { attempt: { count: 3 } },
        },
        do: [{ tell: { set: { caught: '${ $problem.title }', at: '${ $problem.instance }' } } }],
      },
    };
    const caught = await run([{ attempt }]);
    expect(caught['output']).toEqual({ caught: 'Busy', at: '/do/0/attempt/try/1/fail' });
    const rounds = (await steps(textOf(caught, 'id'))).filter(({ name }) => name === 'fail');
    expect(rounds).toHaveLength(3);
    const uncaught = await run([
      { bad: { raise: { error: { type: `${ERRORS}/runtime`, status: 500, title: 'No' } } } },
    ]);
    expect(uncaught).toMatchObject({
      status: 'faulted',
      error: { type: `${ERRORS}/runtime`, status: 500, title: 'No', instance: '/do/0/bad' },
    });
  });

  it(verifies('LANG-3', 'follows every directive, backward too'), async () => {
    const tasks = [
      { again: { set: '${ { n: ((.n // 0) + 1) } }' } },
      { back: { switch: [{ more: { when: '.n < 3', then: 'again' } }] } },
      {
        inner: {
          do: [
            { leave: { set: '${ . + { left: true } }', then: 'exit' } },
            { never: { set: { never: true } } },
          ],
        },
      },
      { last: { set: '${ . + { last: true } }', then: 'end' } },
      { unreached: { set: { never: true } } },
    ];
    expect(await run(tasks)).toMatchObject({ status: 'completed', output: { n: 3, left: true, last: true } });
  });

  it(verifies('LANG-4', 'ends what takes too long'), async () => {
    const task = await run([
      {
        slow: {
          try: [{ nap: { wait: 'PT1H', timeout: { after: { milliseconds: 50 } } } }],
          catch: { errors: { with: { status: 408 } }, do: [{ woken: { set: '${ $error.instance }' } }] },
        },
      },
    ]);
    expect(task).toMatchObject({ status: 'completed', output: '/do/0/slow/try/0/nap' });
    const whole = await run([{ nap: { wait: 'PT1H' } }], null, { timeout: { after: 'PT0.1S' } });
    expect(whole).toMatchObject({ status: 'faulted', error: { type: `${ERRORS}/timeout`, status: 408 } });
  });

  it(verifies('LANG-2', 'checks schemas and skips by condition'), async () => {
    const schema = { format: 'json', document: { type: 'object', required: ['x'] } };
    const wrong = await run([{ bad: { set: { y: 1 }, output: { schema } } }]);
    expect(wrong).toMatchObject({
      status: 'faulted',
      error: { type: `${ERRORS}/validation`, instance: '/do/0/bad' },
    });
    const skipped = await run([{ never: { if: '.go', set: { gone: true } } }], { go: false });
    expect(skipped['output']).toEqual({ go: false });
    const refused = await start(await publish([{ a: { set: { y: 1 } } }], { input: { schema } }), {});
    expect(refused.status).toBe(422);
  });

  it(verifies(['LANG-1', 'RUN-6'], 'listens to one, any and all signals, early ones too'), async () => {
    const workflow = await publish([
      { early: { wait: { milliseconds: 300 } } },
      { one: { listen: { to: { one: { with: { type: 'first' } } } } } },
      {
        any: {
          listen: { to: { any: [{ with: { type: 'x' } }, { with: { type: 'y', data: '${ .ok }' } }] } },
        },
      },
      {
        all: {
          listen: {
            to: { all: [{ with: { type: 'left' } }, { with: { type: 'right' } }] },
            read: 'envelope',
          },
        },
      },
      { say: { set: '${ map(.data) }' } },
    ]);
    const runId = (await start(workflow)).text('id');
    const signal = async (name: string, data: number | string | object): Promise<number> =>
      (
        await call(`POST /v1/runs/${runId}/signals/${name}`, {
          raw: JSON.stringify(data),
          headers: { 'content-type': 'application/json' },
        })
      ).status;
    expect(await signal('first', 1)).toBe(202);
    expect(await signal('y', { ok: false })).toBe(202);
    expect(await signal('y', { ok: true })).toBe(202);
    await eventually(
      () => events(runId),
      (list) => list.some(({ type, step }) => type === 'step.waiting' && objectStep(step) === '/do/3/all'),
    );
    expect(await signal('right', 'r')).toBe(202);
    expect(await signal('left', 'l')).toBe(202);
    expect(await ended(runId)).toMatchObject({ status: 'completed', output: ['l', 'r'] });
  });

  it(verifies('LANG-1', 'emits events and calls HTTP'), async () => {
    const emitted = await run([
      { tell: { emit: { event: { with: { type: 'done', data: { ok: true } } } } } },
    ]);
    expect(emitted['output']).toMatchObject({ specversion: '1.0', type: 'done', data: { ok: true } });
    expect((await events(textOf(emitted, 'id'))).map(({ type }) => type)).toContain('event.emitted');
  });

  it(verifies('RUN-9', 'runs another workflow as a child'), async () => {
    const child = await publish([{ double: { set: '${ . * 2 }' } }]);
    const parent = await publish([
      { ask: { run: { workflow: { namespace: 'e2e', name: child, version: '1.0.0', input: '${ .n }' } } } },
    ]);
    const started = objectOf(await start(parent, { n: 21 }, { headers: { prefer: 'wait=30' } }));
    expect(started).toMatchObject({ status: 'completed', output: 42 });
    const children = await call(`GET /v1/runs?parent=${textOf(started, 'id')}`);
    expect(children.field('items')).toMatchObject([
      { workflow: child, status: 'completed', parent: { runId: started['id'], step: '/do/0/ask' } },
    ]);
  });

  it(verifies('LANG-5', 'refuses what is not there yet by name'), async () => {
    const answer = await call('POST /v1/workflows:validate', {
      json: {
        document: { dsl: '1.0.3', namespace: 'e2e', name: 'later', version: '1.0.0' },
        do: [{ rpc: { call: 'grpc', with: {} } }, { box: { run: { container: { image: 'x' } } } }],
      },
    });
    expect(answer.field('valid')).toBe(false);
    const problems = JSON.stringify(answer.field('problems'));
    expect(problems).toMatch(/call grpc is not available/);
    expect(problems).toMatch(/container/);
  });

  it(verifies('LANG-1', 'waits as long as it is told'), async () => {
    const runId = (await start(await publish([{ nap: { wait: 'PT0.3S' } }]), 'x')).text('id');
    expect(await reaches(runId, 'waiting')).toMatchObject({
      waitingFor: [{ kind: 'timer', step: '/do/0/nap' }],
    });
    expect(await ended(runId)).toMatchObject({ status: 'completed', output: 'x' });
  });
});

function objectStep(step: unknown): unknown {
  return typeof step === 'object' && step !== null && 'path' in step ? step.path : undefined;
}
