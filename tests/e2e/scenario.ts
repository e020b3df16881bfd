import { randomUUID } from 'node:crypto';
import { isObject, own, type Json, type JsonObject } from '@baton/core';
import { createCall, eventually, textOf, type Answer, type Call, type CallOptions } from './http.ts';

/** Where the types of standard errors begin. */
export const ERRORS = 'https://open-workflow-specification.org/spec/1.0.0/errors';

/** What scenarios do again and again, through HTTP only. */
export interface Scenario {
  readonly apiUrl: string;
  readonly call: Call;
  /** A name that no other scenario uses. */
  name(word: string): string;
  /** Publishes tasks as a workflow and returns its name. */
  publish(tasks: readonly JsonObject[], more?: JsonObject): Promise<string>;
  /** Registers an `http` agent and returns its name. */
  register(endpoint: string, more?: JsonObject): Promise<string>;
  /** Starts a run; the answer is the API's. */
  start(
    workflow: string,
    input?: Json,
    options?: CallOptions & { readonly body?: JsonObject },
  ): Promise<Answer>;
  /** Starts a run of these tasks and waits for its end. */
  run(tasks: readonly JsonObject[], input?: Json, more?: JsonObject): Promise<JsonObject>;
  /** Waits until a run has ended (default 30 s), and returns it. */
  ended(runId: string, options?: { readonly withinMs: number }): Promise<JsonObject>;
  /** Waits until a run has this status, and returns it. */
  reaches(runId: string, status: string): Promise<JsonObject>;
  events(runId: string): Promise<readonly JsonObject[]>;
  /** The steps of a run, parents before children, in one list. */
  steps(runId: string): Promise<readonly JsonObject[]>;
  /** Waits for the open human task of a run. */
  humanTask(
    runId: string,
    as?: string,
  ): Promise<{ readonly id: string; readonly etag: string; readonly task: JsonObject }>;
  decide(
    taskId: string,
    decision: JsonObject,
    options: { as: string; etag: string; key?: string },
  ): Promise<Answer>;
}

/** Creates the scenario of a stack; default the shared one. */
export function createScenario(apiUrl = process.env['BATON_E2E_API_URL'] ?? ''): Scenario {
  const call = createCall(apiUrl);
  const name = (word: string): string => `${word}-${randomUUID().slice(0, 12)}`;
  const read = async (runId: string): Promise<JsonObject> => objectOf(await call(`GET /v1/runs/${runId}`));
  const publish: Scenario['publish'] = async (tasks, more = {}) => {
    const workflow = name('flow');
    const definition = defineWorkflow(workflow, tasks, more);
    const answer = await call(`PUT /v1/workflows/${workflow}/versions/1.0.0`, { json: definition });
    if (answer.status !== 201) throw new Error(`Not published: ${JSON.stringify(answer.body, null, 1)}`);
    return workflow;
  };
  const start: Scenario['start'] = (workflow, input = null, { body = {}, ...options } = {}) =>
    call(`POST /v1/workflows/${workflow}/runs`, { json: { input, ...body }, ...options });
  const until = (
    runId: string,
    holds: (run: JsonObject) => boolean,
    { withinMs } = { withinMs: 30_000 },
  ): Promise<JsonObject> => eventually(() => read(runId), holds, { withinMs });
  return {
    apiUrl,
    call,
    name,
    publish,
    start,
    async register(endpoint, more = {}) {
      const agent = name('agent');
      const answer = await call(`PUT /v1/agents/${agent}/versions/1.0.0`, {
        json: { adapter: 'http', config: { endpoint }, timeout: 'PT10S', ...more },
      });
      if (answer.status !== 201) throw new Error(`Not registered: ${JSON.stringify(answer.body)}`);
      return agent;
    },
    async run(tasks, input, more) {
      const started = await start(await publish(tasks, more), input, { headers: { prefer: 'wait=30' } });
      if (started.status !== 200)
        throw new Error(`Not ended: ${started.status} ${JSON.stringify(started.body)}`);
      return objectOf(started);
    },
    ended: (runId, options) => until(runId, ({ endedAt }) => endedAt !== null, options),
    reaches: (runId, status) => until(runId, (run) => run['status'] === status),
    async events(runId) {
      const answer = await call(`GET /v1/runs/${runId}/events?limit=200`, {
        headers: { accept: 'application/json' },
      });
      return itemsOf(answer);
    },
    steps: async (runId) => flatten(listOf(objectOf(await call(`GET /v1/runs/${runId}/steps`)), 'steps')),
    async humanTask(runId, as = 'admin:admin') {
      const list = await eventually(
        async () => itemsOf(await call(`GET /v1/human-tasks?run=${runId}&status=open`, { as })),
        (items) => items.length > 0,
      );
      const id = textOf(list[0] ?? {}, 'id');
      const answer = await call(`GET /v1/human-tasks/${id}`, { as });
      return { id, etag: answer.headers.get('etag') ?? '', task: objectOf(answer) };
    },
    decide: (taskId, decision, { as, etag, key }) =>
      call(`POST /v1/human-tasks/${taskId}/decisions`, {
        json: decision,
        as,
        headers: { 'if-match': etag, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      }),
  };
}

/** A definition document around some tasks. */
export function defineWorkflow(
  name: string,
  tasks: readonly JsonObject[],
  more: JsonObject = {},
): JsonObject {
  return { document: { dsl: '1.0.3', namespace: 'e2e', name, version: '1.0.0' }, ...more, do: tasks };
}

/** A step that calls an agent. */
export function callAgent(agent: string, more: JsonObject = {}): JsonObject {
  return { call: 'agent', with: { agent, input: { q: 1 }, ...more } };
}

/** A human step with one action word for each outcome. */
export function askHuman(policy: JsonObject, more: JsonObject = {}): JsonObject {
  return { call: 'human', with: { kind: 'approval', title: 'May it go on?', policy, ...more } };
}

/** The body of an answer that must be an object. */
export function objectOf(answer: Answer): JsonObject {
  if (!isObject(answer.body)) throw new Error(`No object: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** The items of an answer that must be a list. */
export function itemsOf(answer: Answer): readonly JsonObject[] {
  return listOf(objectOf(answer), 'items');
}

/** Positions of a run's events that its corrections took back. */
export function takenBack(events: readonly JsonObject[]): readonly Json[] {
  return events.flatMap((event): readonly Json[] => {
    const positions: Json | undefined = event['supersededPositions'];
    return isList(positions) ? positions : [];
  });
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function listOf(object: JsonObject, key: string): readonly JsonObject[] {
  const items = own(object, key);
  if (!Array.isArray(items)) throw new Error(`No list: ${JSON.stringify(object)}`);
  return items.filter(isObject);
}

function flatten(steps: readonly JsonObject[]): readonly JsonObject[] {
  return steps.flatMap((step) => [step, ...flatten(listOf(step, 'steps'))]);
}
