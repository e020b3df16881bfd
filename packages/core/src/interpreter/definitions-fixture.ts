import fc from 'fast-check';
import type { Json, JsonObject } from '../json.ts';

/** A task of any kind without tasks of its own; expressions are such as hold for any data. */
export const anyTask: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { set: { n: '${ (.n? // 0) + 1 }' } },
  { set: '${ [.] | tostring | length }', export: { as: '{ last: . }' } },
  { raise: { error: { type: 'https://example.com/x', status: 400, detail: 'n is ${ .n? }' } } },
  { set: '${ error("no") }' },
  { wait: 'PT5S' },
  { listen: { to: { any: [{ with: { type: 'x' } }, { with: { type: 'y' } }] } }, timeout: { after: 'PT1H' } },
  { emit: { event: { with: { type: 'x' } } } },
  { call: 'http', with: { method: 'get', endpoint: 'https://a.example/' } },
  { call: 'agent', with: { agent: 'writer', input: '${ . }' } },
  { call: 'human', with: { title: 'Sure about ${ $task.name }?', expires: 'PT1H' } },
  { run: { workflow: { namespace: 'a', name: 'b', version: '1.0.0' } } },
);

/** How {@link tasksAround} may be told apart from its default. */
export interface Around {
  /** Whether lists of tasks may end with a jump back to their first task, taken now and then. */
  readonly jumps?: boolean;
}

/**
 * A task of any shape whose leaves are these: scopes with time-outs, loops one by one and in windows, forks both ways, tries
 * that try again; up to three deep.
 */
export function tasksAround(leaf: fc.Arbitrary<JsonObject>, around: Around = {}): fc.Arbitrary<JsonObject> {
  return fc.letrec<{ scope: JsonObject; list: Json[]; jumping: Json[] }>((tie) => ({
    list: fc.array(tie('scope'), { minLength: 1, maxLength: 3 }).map(named),
    jumping: fc
      .tuple(tie('list'), fc.constantFrom(false, around.jumps === true))
      .map(([tasks, back]) => (back ? [...tasks, ...BACK] : tasks)),
    scope: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      leaf.map((task) => ({ ...task, if: '(now | floor) % 2 == 0' })),
      leaf.map((task) => ({ ...task, then: 'exit' })),
      tie('jumping').map((tasks) => ({ do: tasks, timeout: { after: 'PT30S' } })),
      fc.tuple(tie('jumping'), fc.integer({ min: 1, max: 3 })).map(([tasks, concurrency]) => ({
        for: { in: '[1,2,3]' },
        while: '$item < 3 or ((. | type) != "number")',
        metadata: { baton: { concurrency } },
        do: tasks,
      })),
      fc.tuple(tie('list'), fc.boolean()).map(([branches, compete]) => ({ fork: { branches, compete } })),
      fc.tuple(tie('jumping'), tie('list')).map(([tasks, handler]) => ({
        try: tasks,
        catch: {
          retry: { delay: 'PT1S', limit: { attempt: { count: 2, duration: 'PT20S' } } },
          do: handler,
        },
      })),
    ),
  })).scope;
}

/** Back to the first task of a list, by the clock, which goes on meanwhile: nothing spins. */
const BACK: readonly JsonObject[] = [
  { pause: { wait: 'PT1S' } },
  {
    back: {
      switch: [{ again: { when: '(now | floor) % 3 == 0', then: 't0' } }, { on: { then: 'continue' } }],
    },
  },
];

const named = (tasks: readonly Json[]): Json[] => tasks.map((task, index) => ({ [`t${index}`]: task }));
