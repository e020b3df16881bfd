import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isObject, type Json, type JsonObject } from '@baton/core';
import { startHostileAgent, type HostileAgent } from './hostile-agent.ts';
import { textOf } from './http.ts';
import { callAgent, createScenario, ERRORS } from './scenario.ts';
import { verifies } from './verifies.ts';

const { register, run } = createScenario();

let agent: HostileAgent;

beforeAll(async () => {
  agent = await startHostileAgent();
});

afterAll(() => agent.stop());

/** How a run ended: the kind of its error, the step, and whether the sentence says why; or its output. */
function endOf({ status, error, output }: JsonObject, why: RegExp): Json {
  if (status !== 'faulted' || error === undefined || !isObject(error)) return output ?? null;
  const [type, instance, detail] = ['type', 'instance', 'detail'].map((name) => textOf(error, name));
  return [
    type?.replace(`${ERRORS}/`, '') ?? '',
    instance ?? '',
    why.test(detail ?? '') ? 'told' : (detail ?? ''),
  ];
}

/** What an agent does, the error it must end in, and what its sentence must say. */
const FAULTS = [
  ['/garbage', 'communication', /HTTP/],
  ['/hangup', 'communication', /lost/],
  ['/silence', 'timeout', /within|longer/],
  ['/trickle', 'timeout', /within|longer/],
  ['/endless', 'communication', /larger than the limit of 4194304 bytes/],
  ['/half', 'communication', /lost/],
  ['/status', 'communication', /status/],
  ['/headers', 'communication', /Overflow|lost/],
  ['/bomb', 'communication', /larger than the limit of 4194304 bytes/],
  ['/no-gzip', 'communication', /cannot be read/],
  ['/no-json', 'communication', /not JSON/],
  ['/number', 'communication', /the number at "n" is too large/],
  ['/deep', 'communication', /nested deeper/],
  ['/large', 'runtime', /2097154 bytes as JSON; one value may have at most 1048576/],
] as const;

/** What is odd and still an answer. */
const ODDITIES: readonly (readonly [string, unknown])[] = [
  ['/nul', { text: 'a\0b', '\0': 1 }],
  ['/surrogate', { text: 'a\ud800b' }],
  ['/prototype', JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')],
  ['/no-text', '\ufffd\ufffd\ufffd'],
];

describe('a run whose agent misbehaves', () => {
  // Only who never answers is waited for in vain.
  const timeoutOf = (path: string): string =>
    path === '/silence' || path === '/trickle' ? 'PT0.5S' : 'PT20S';
  const called = async (path: string): Promise<JsonObject> =>
    run([
      {
        ask: callAgent(
          await register(`${agent.url}${path}`, { timeout: timeoutOf(path), retry: { maxAttempts: 1 } }),
        ),
      },
    ]);
  const fetched = (path: string): Promise<JsonObject> =>
    run([
      {
        ask: {
          call: 'http',
          with: { method: 'get', endpoint: `${agent.url}${path}` },
          timeout: { after: timeoutOf(path) },
        },
      },
    ]);

  it(verifies(['HTTP-1', 'AGENT-4'], 'ends in an error that names the step and says why'), async () => {
    const ends = await Promise.all(
      FAULTS.map(async ([path, , why]) => [
        path,
        endOf(await called(path), why),
        endOf(await fetched(path), why),
      ]),
    );
    expect(ends).toEqual(
      FAULTS.map(([path, kind]) => [path, [kind, '/do/0/ask', 'told'], [kind, '/do/0/ask', 'told']]),
    );
  });

  it(verifies(['HTTP-1', 'AGENT-4'], 'goes on with what is odd and still an answer'), async () => {
    const ends = await Promise.all(
      ODDITIES.map(async ([path]) => [path, (await called(path))['output'], (await fetched(path))['output']]),
    );
    expect(ends).toEqual(ODDITIES.map(([path, output]) => [path, output, output]));
  });
});

describe('a run that asks for too much', () => {
  const ENDLESS = [
    '[limit(1000000000; repeat(1))] | length',
    'def f: f; f',
    'until(false; .)',
    '[range(1000000000000)] | length',
    'reduce range(100000000) as $i (0; . + 1)',
    'last(repeat("x"))',
    'def f(x): [x, x]; reduce range(64) as $i (1; f(.))',
  ];

  it(verifies(['HTTP-1', 'LANG-1'], 'faults where an expression does not end'), async () => {
    const jq = 'until(false; .)';
    const tasks: readonly JsonObject[] = [
      ...ENDLESS.map((endless) => ({ set: `\${ ${endless} }` })),
      { if: jq, set: { x: 1 } },
      { set: { x: 1 }, export: { as: jq } },
      { switch: [{ b: { when: jq, then: 'end' } }] },
    ];
    const ends = await Promise.all(
      tasks.map(async (task) => endOf(await run([{ a: task }]), /reached its limit/)),
    );
    expect(ends).toEqual(tasks.map(() => ['expression', '/do/0/a', 'told']));
  });

  it(verifies(['HTTP-1', 'LANG-1'], 'faults where a value or the state grows too large'), async () => {
    const value = await run([{ grow: { set: '${ "x" * 3000000 }' } }]);
    expect(endOf(value, /3000002 bytes as JSON; one value may have at most 1048576/)).toEqual([
      'runtime',
      '/do/0/grow',
      'told',
    ]);
    const doubled = await run([
      { first: { set: { text: 'xxxxxxxxxx' } } },
      { grow: { set: { text: '${ .text + .text }' }, then: 'grow' } },
    ]);
    expect(endOf(doubled, /bytes as JSON; one value may have at most 1048576/)).toEqual([
      'runtime',
      '/do/1/grow',
      'told',
    ]);
    const wide = await run([
      {
        fan: {
          for: { each: 'n', in: '[range(20)]' },
          metadata: { baton: { concurrency: 20 } },
          do: [{ hold: { set: '${ "x" * 900000 }' } }, { nap: { wait: 'PT1M' } }],
        },
      },
    ]);
    expect(endOf(wide, /^The state of the run has .* at most 8388608/)).toEqual([
      'runtime',
      expect.stringMatching(/^\/do\/0\/fan/),
      'told',
    ]);
  });
});

describe('half a character', () => {
  it(verifies('HTTP-1', 'in an error faults its run and nothing else'), async () => {
    const raised = (detail: string): JsonObject => ({
      r: { raise: { error: { type: 'https://x.example/y', status: 500, title: detail, detail } } },
    });
    const fetch = { call: 'http', with: { method: 'get', endpoint: `${agent.url}/surrogate` } };
    for (const tasks of [[{ g: fetch }, raised('${ .text }')], [{ w: { wait: '${ ("a" * 98) + "😀" }' } }]]) {
      const ended = await run(tasks);
      expect(ended['status']).toBe('faulted');
      expect(JSON.stringify(ended)).not.toMatch(/\\ud8/i);
    }
    expect(await run([{ a: { set: { ok: true } } }])).toMatchObject({ status: 'completed' });
  });
});
