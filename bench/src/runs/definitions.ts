import type { Json } from '@baton/sdk';

/** Branches of the fan-out. */
export const FAN_OUT = 20;

/** The workloads as definitions of Baton, by name; `agent` is the registered agent they call. */
export function definitionsOf(agent: string): Readonly<Record<string, Definition>> {
  const call = (input: string) => ({ call: 'agent', with: { agent, input } });
  const branch = (n: number) => ({ [`branch${n}`]: call(`\${ {n: (.n + ${n})} }`) });
  const all = {
    [`sequential-${agent}`]: [
      { first: call('${ . }') },
      { second: call('${ . }') },
      { third: call('${ . }') },
    ],
    [`fan-out-${agent}`]: [
      { side: { fork: { branches: Array.from({ length: FAN_OUT }, (_, n) => branch(n)) } } },
    ],
  };
  return Object.fromEntries(Object.entries(all).map(([name, tasks]) => [name, define(name, tasks)]));
}

/** A run that does nothing but give a result. */
export const EMPTY = define('empty', [{ answer: { set: { n: '${ .n + 1 }' } } }]);

/** A run that waits for one person. */
export const DECISION = define('decision', [
  {
    ask: {
      call: 'human',
      with: {
        kind: 'approval',
        title: 'May it go on?',
        policy: { mode: 'any', candidates: { roles: ['editor'] } },
      },
      output: { as: '${ {n: $input.n, outcome: .outcome} }' },
    },
  },
]);

/** A definition as a tree. */
export type Definition = Readonly<Record<string, Json>>;

function define(name: string, tasks: Json[]): Definition {
  return { document: { dsl: '1.0.3', namespace: 'bench', name, version: '1.0.0' }, do: tasks };
}
