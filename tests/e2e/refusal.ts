import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { isObject, parseWorkspaceId } from '@baton/core';
import { mintCallbackToken } from '@baton/store';
import { select } from './database.ts';
import type { Answer, Call, CallOptions } from './http.ts';
import { askHuman, type Scenario } from './scenario.ts';

/** What refused requests aim at. */
export interface Targets {
  /** A workflow that takes anything. */
  readonly flow: string;
  /** A workflow whose input must be an object with a whole number `n`, if any. */
  readonly strict: string;
  readonly agent: string;
  /** A run that waits for `task`. */
  readonly waiting: string;
  /** A run that has ended. */
  readonly ended: string;
  /** A human task that is open for editors and wants a `note` in its form. */
  readonly task: string;
  readonly taskTag: string;
  /** A stored file of no particular type. */
  readonly file: string;
  /** A token that an agent may answer with. */
  readonly token: string;
}

/** Makes one of each. */
export async function createTargets(scenario: Scenario): Promise<Targets> {
  const { publish, start, humanTask, reaches, ended, register } = scenario;
  const flow = await publish([{ a: { set: { n: 1 } } }]);
  const strict = await publish([{ a: { set: { n: 1 } } }], {
    input: {
      schema: { format: 'json', document: { type: 'object', properties: { n: { type: 'integer' } } } },
    },
  });
  const asking = await publish([
    {
      ask: askHuman({ candidates: { roles: ['editor'] } }, { form: { type: 'object', required: ['note'] } }),
    },
  ]);
  const waiting = (await start(asking)).text('id');
  const done = (await start(flow)).text('id');
  const { id: task, etag: taskTag } = await humanTask(waiting);
  await reaches(waiting, 'waiting');
  await ended(done);
  const agent = await register('http://127.0.0.1:9/');
  const octets = { raw: randomUUID(), headers: { 'content-type': 'application/octet-stream' } };
  const file = (await scenario.call('POST /v1/artifacts', octets)).text('id');
  return { flow, strict, agent, waiting, ended: done, task, taskTag, file, token: await openCallback() };
}

/** A URL that an agent may answer to, of a call that nobody waits for. */
async function openCallback(): Promise<string> {
  const [row] = await select(`SELECT id FROM workspaces WHERE name = 'default'`);
  const workspaceId = parseWorkspaceId(String(row?.['id']));
  if (workspaceId === null) throw new Error('There is no default workspace.');
  const { token, tokenHash } = mintCallbackToken({ workspaceId });
  await select(
    `INSERT INTO agent_callbacks (workspace_id, token_hash, key, workflow_id, expires_at)
     VALUES ($1, $2, $3, 'nobody', now() + interval '1 hour')`,
    [workspaceId, tokenHash, randomUUID()],
  );
  return token;
}

/** A path of the OpenAPI document that leads to the targets. */
export function pathTo(to: Targets, path: string): string {
  const things: Readonly<Record<string, string>> = {
    name: path.startsWith('/v1/agents') ? to.agent : path.startsWith('/v1/runs') ? 'go' : to.flow,
    id: path.startsWith('/v1/human-tasks')
      ? to.task
      : path.startsWith('/v1/artifacts')
        ? to.file
        : to.waiting,
    token: to.token,
    version: '1.0.0',
    channel: 'default',
  };
  return path.replace(/\{(\w+)\}/g, (_match, name: string) => things[name] ?? name);
}

/** A request and how it must be refused: status and, where there are any, pointers or parameters. */
export type Row = readonly [
  route: string,
  options: CallOptions,
  status: number,
  places?: readonly (string | RegExp)[],
];

/** The places an answer finds fault with: pointers into the body, or names of parameters. */
function placesOf(answer: Answer): readonly string[] {
  const errors = answer.field('errors');
  const places = Array.isArray(errors) ? errors.filter(isObject) : [];
  return places.flatMap(({ pointer, parameter }) =>
    [parameter ?? pointer].filter((one) => typeof one === 'string'),
  );
}

/** Checks that an answer is a problem document that says what and why, and knows itself in the log. */
export function expectProblem(route: string, answer: Answer): void {
  expect([route, answer.headers.get('content-type')]).toEqual([
    route,
    'application/problem+json; charset=utf-8',
  ]);
  expect(answer.body).toEqual({
    type: expect.stringMatching(/^urn:baton:problem:[a-z-]+$/),
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    instance: expect.any(String),
    requestId: answer.headers.get('x-request-id'),
    ...(answer.field('errors') === undefined ? {} : { errors: expect.any(Array) }),
  });
}

/** Asks for each row; every refusal must be a problem document that says what, where and why. */
export async function expectRefusals(call: Call, rows: readonly Row[]): Promise<void> {
  const refused = await Promise.all(
    rows.map(async ([route, options, , places]) => {
      const answer = await call(route, options);
      expectProblem(route, answer);
      return [route, answer.status, ...(places === undefined ? [] : [placesOf(answer)])];
    }),
  );
  const expected = rows.map(([route, , status, places]) => [
    route,
    status,
    ...(places === undefined
      ? []
      : [places.map((place) => (typeof place === 'string' ? place : expect.stringMatching(place)))]),
  ]);
  expect(refused).toEqual(expected);
}
