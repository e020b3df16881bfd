import { isObject, type Json, type JsonObject } from '@baton/core';
import fc from 'fast-check';

/** What definitions call. */
export interface Counterparts {
  /** Of an agent whose effects are unknown, and of one that may be called again. */
  readonly agents: readonly [unknown: string, idempotent: string];
  /** Where `call: http` goes. */
  readonly url: string;
  /** A workflow that gives `{child: <its input>}`. */
  readonly child: string;
}

/** Keeps data small, whatever came in. */
const LENGTH = '${ [.] | tostring | length % 97 }';

/** A step that calls an agent, which fails some times first: below the agent's own limit of attempts. */
function agentCall({ agents }: Counterparts): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(fc.constantFrom(...agents), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 9 }))
    .map(([agent, fail, n]) => ({ call: 'agent', with: { agent, input: { n, fail, of: LENGTH } } }));
}

function httpCall({ url }: Counterparts): fc.Arbitrary<JsonObject> {
  const request = fc.constantFrom<JsonObject>(
    { method: 'get', endpoint: `${url}/read` },
    { method: 'post', endpoint: `${url}/write`, body: { of: LENGTH } },
  );
  return request.map((made) => ({ call: 'http', with: made }));
}

/** Tasks without others inside. */
function leaf(with_: Counterparts): fc.Arbitrary<JsonObject> {
  const human = fc.constantFrom('approve', 'reject').map((title) => ({
    call: 'human',
    with: { title },
    output: { as: '${ .outcome }' },
  }));
  const child = fc.boolean().map((wait) => ({
    run: {
      workflow: { namespace: 'e2e', name: with_.child, version: '1.0.0', input: { of: LENGTH } },
      await: wait,
    },
  }));
  return fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 9 }).map((n) => ({ set: { n, of: LENGTH } })), weight: 3 },
    { arbitrary: fc.constant({ set: { n: '${ (.n? // 0) + 1 }' } }), weight: 3 },
    { arbitrary: fc.constant({ wait: { milliseconds: 15 } }), weight: 2 },
    {
      arbitrary: fc.constant({
        emit: { event: { with: { type: 'told', data: LENGTH } } },
        output: { as: '.type' },
      }),
      weight: 1,
    },
    { arbitrary: fc.constant({ listen: { to: { one: { with: { type: 'go' } } } } }), weight: 1 },
    {
      arbitrary: fc.constant({
        listen: { to: { any: [{ with: { type: 'go' } }, { with: { type: 'no' } }] } },
      }),
      weight: 1,
    },
    { arbitrary: agentCall(with_), weight: 4 },
    { arbitrary: httpCall(with_), weight: 3 },
    { arbitrary: human, weight: 1 },
    { arbitrary: child, weight: 1 },
  );
}

const ERROR = { type: 'https://example.com/odd', status: 418, title: 'Odd', detail: 'It is odd.' };

type List = readonly JsonObject[];

/** Tasks with others inside. */
function nesting(tie: {
  one: fc.Arbitrary<JsonObject>;
  list: fc.Arbitrary<List>;
  with_: Counterparts;
}): fc.Arbitrary<JsonObject> {
  const { one, list } = tie;
  const branches = fc.array(one, { minLength: 2, maxLength: 3 }).map(named('b'));
  return fc.oneof(
    list.map((tasks) => ({ do: tasks, timeout: { after: 'PT5M' } })),
    fc.tuple(list, fc.constantFrom(1, 2, 3)).map(([tasks, concurrency]) => ({
      for: { in: '[1, 2, 3]', each: 'item' },
      while: '$item < 3',
      metadata: { baton: { concurrency } },
      do: tasks,
    })),
    branches.map((tasks) => ({ fork: { branches: tasks } })),
    // One branch can win only, whatever the order in which things come.
    one.map((task) => ({
      fork: {
        compete: true,
        branches: [{ never: { wait: 'PT1H' } }, { wins: task }, { nor: { wait: 'PT2H' } }],
      },
    })),
    // Either branch may win: `either` stands for both.
    agentCall(tie.with_).map((task) => ({
      fork: {
        compete: true,
        branches: [
          { one: { ...task, output: { as: '"racy:one"' } } },
          { two: { ...task, output: { as: '"racy:two"' } } },
        ],
      },
    })),
    list.map((tasks) => ({
      try: tasks,
      catch: { as: 'error', do: [{ caught: { set: { status: '${ $error.status }' } } }] },
    })),
    fc.tuple(list, list).map(([tasks, handler]) => ({
      try: [...tasks, { fails: { raise: { error: ERROR } } }],
      catch: { retry: { delay: { milliseconds: 10 }, limit: { attempt: { count: 2 } } }, do: handler },
    })),
    // A loop by a jump backward, and a way past the rest.
    list.map((tasks) => ({
      do: [
        { begin: { set: { n: 0 } } },
        { again: { set: { n: '${ .n + 1 }' } } },
        { back: { switch: [{ more: { when: '.n < 3', then: 'again' } }, { enough: { then: 'continue' } }] } },
        ...tasks,
      ],
    })),
    fc.tuple(list, fc.constantFrom('exit', 'continue')).map(([tasks, then]) => ({
      do: [{ leave: { switch: [{ big: { when: '(.n? // 0) > 4', then } }] } }, ...tasks],
    })),
    fc.constant({ raise: { error: ERROR } }),
    one.map((task) => ({ ...task, if: '(.n? // 0) < 7' })),
  );
}

const named =
  (letter: string) =>
  (tasks: List): List =>
    tasks.map((task, index) => ({ [`${letter}${index}`]: task }));

/** Lists of tasks of every kind. */
function definitions(with_: Counterparts): fc.Arbitrary<List> {
  const { list } = fc.letrec<{ one: JsonObject; list: List }>((tie) => ({
    one: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      { arbitrary: leaf(with_), weight: 3 },
      { arbitrary: nesting({ one: tie('one'), list: tie('list'), with_ }), weight: 2 },
    ),
    list: fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map(named('t')),
  }));
  return list;
}

/** The tasks that a seed stands for. */
export function tasksOf(seed: number, with_: Counterparts): List {
  return fc.sample(definitions(with_), { seed, numRuns: 1 })[0] ?? [];
}

/** A result with what may come out one way or another made alike. */
export function withoutRaces(value: Json): Json {
  if (typeof value === 'string') return value.startsWith('racy:') ? 'racy' : value;
  if (Array.isArray(value)) return value.map((item: Json) => withoutRaces(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutRaces(member)]));
}
