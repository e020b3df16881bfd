import type { Json } from '@baton/jq';

/** A program and what it is given. */
export interface JqWorkload {
  readonly name: string;
  readonly program: string;
  readonly input: Json;
}

const users = (count: number): Json =>
  Array.from({ length: count }, (_, id) => ({
    id,
    name: `user ${id}`,
    team: `team ${id % 17}`,
    score: (id * 7919) % 1000,
    active: id % 3 !== 0,
  }));

/** Everyday expressions of workflows, small and large. */
export const JQ_WORKLOADS: readonly JqWorkload[] = [
  { name: 'field path', program: '.user.firstName', input: { user: { firstName: 'Ann', age: 41 } } },
  { name: 'length comparison', program: '(.items | length) > 3', input: { items: [1, 2, 3, 4, 5] } },
  {
    name: 'filter of 20 items',
    program: '[.[] | select(.active and .score > 500) | .name]',
    input: users(20),
  },
  { name: 'reduce', program: 'reduce .[] as $user (0; . + $user.score)', input: users(100) },
  {
    name: 'object',
    program: '{id: .a.id, text: "no. \\(.a.id)", tags: (.tags + ["new"])}',
    input: { a: { id: 7 }, tags: ['x'] },
  },
  { name: 'filter of 10,000 items', program: '[.[] | select(.score > 500)] | length', input: users(10_000) },
  {
    name: 'group_by of 10,000',
    program: 'group_by(.team) | map({team: .[0].team, n: length})',
    input: users(10_000),
  },
];
