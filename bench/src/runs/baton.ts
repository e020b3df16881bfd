import { createClient, type Client, type RunStreamEvent } from '@baton/sdk';
import { DECISION, definitionsOf, EMPTY, FAN_OUT } from './definitions.ts';
import { expectResult } from './expect.ts';
import type { Contender, Contenders, Operation } from './rounds.ts';

/** What an agent may say of its effects; it decides whether calls may be local. */
export type Effects = 'idempotent' | 'unknown';

/** The workloads as runs of one Baton, asked for over REST. */
export type BatonContenders = Contenders<Effects>;

/** Longest time of one run. */
const WAIT_SECONDS = 60;

/** Registers agents and publishes definitions, and gives the contenders. */
export async function createBatonContenders(apiUrl: string, agentUrl: string): Promise<BatonContenders> {
  const callers = createCallers(apiUrl);
  await prepareBaton(callers.any(), agentUrl);
  return {
    empty: runs(callers, 'empty', (n) => ({ n: n + 1 })),
    sequential: byEffects((effects) => runs(callers, `sequential-${effects}`, (n) => ({ n: n + 3 }))),
    decision: decisions(callers),
    fanOut: byEffects((effects) => runs(callers, `fan-out-${effects}`, fannedOut)),
    starts: starts(callers),
  };
}

/** What a fan-out gives. */
export function fannedOut(n: number): readonly { readonly n: number }[] {
  return Array.from({ length: FAN_OUT }, (_, branch) => ({ n: n + branch + 1 }));
}

function byEffects(make: (effects: Effects) => Contender): Readonly<Record<Effects, Contender>> {
  return { idempotent: make('idempotent'), unknown: make('unknown') };
}

/** Clients of many principals, in turns: requests are limited for each of them. */
export interface Callers {
  any(): Client;
  /** Somebody who may decide what the others ask. */
  editor(): Client;
}

const CALLERS = 200;

/** Makes clients of as many principals as the limit of requests asks for. */
export function createCallers(baseUrl: string): Callers {
  const clients = Array.from({ length: CALLERS }, (_, n) =>
    createClient({ baseUrl, token: `dev:bench-${n}` }),
  );
  const editors = clients.map((_, n) => createClient({ baseUrl, token: `dev:editor-${n}:editor` }));
  let next = 0;
  const turn = (of: readonly Client[]): Client => {
    next += 1;
    const client = of[next % of.length];
    if (client === undefined) throw new Error('There is no client.');
    return client;
  };
  return { any: () => turn(clients), editor: () => turn(editors) };
}

async function prepareBaton(client: Client, agentUrl: string): Promise<void> {
  for (const effects of ['idempotent', 'unknown'] as const) {
    await client.agents.register(
      { name: effects, version: '1.0.0' },
      { adapter: 'http', config: { endpoint: agentUrl }, timeout: 'PT10S', effects },
    );
    for (const [name, definition] of Object.entries(definitionsOf(effects)))
      await client.workflows.publish({ name, version: '1.0.0' }, definition);
  }
  await client.workflows.publish({ name: 'empty', version: '1.0.0' }, EMPTY);
  await client.workflows.publish({ name: 'decision', version: '1.0.0' }, DECISION);
}

/** From the start of a run until its result is there. */
function runs(callers: Callers, workflow: string, wanted: (n: number) => unknown): Contender {
  const one = (n: number): Operation => {
    const client = callers.any();
    return async () => {
      const run = await client.runs.start(workflow, { input: { n } }, { waitSeconds: WAIT_SECONDS });
      expectResult(`${workflow} (${run.status})`, run.output, wanted(n));
    };
  };
  return {
    name: `baton ${workflow}`,
    prepare: (count) => Promise.resolve(Array.from({ length: count }, (_, n) => one(n))),
    settle: () => Promise.resolve(),
  };
}

/** From a person's decision until the result of the run is there; runs that wait for it are made ready before. */
function decisions(callers: Callers): Contender {
  return {
    name: 'baton decision',
    prepare: (count) => Promise.all(Array.from({ length: count }, (_, n) => openDecision(callers, n))),
    settle: () => Promise.resolve(),
  };
}

async function openDecision(callers: Callers, n: number): Promise<Operation> {
  const [client, editor] = [callers.any(), callers.editor()];
  const { id } = await client.runs.start('decision', { input: { n } });
  const events = client.runs.events(id)[Symbol.asyncIterator]();
  const { humanTaskId } = await nextOf(events, 'human_task.opened');
  if (typeof humanTaskId !== 'string') throw new Error(`The run ${id} opened a human task without an id.`);
  const task = await editor.humanTasks.get(humanTaskId);
  return async () => {
    await editor.humanTasks.decide(task, { action: 'approve' });
    const { output } = await nextOf(events, 'run.completed');
    expectResult('The decision', output, { n, outcome: 'approve' });
  };
}

/** The next event of a type. Rejects when the events end without one. */
async function nextOf(
  events: AsyncIterator<RunStreamEvent>,
  type: RunStreamEvent['type'],
): Promise<RunStreamEvent & Readonly<Record<string, unknown>>> {
  for (;;) {
    const turn = await events.next();
    if (turn.done === true) throw new Error(`The events of a run ended without ${type}.`);
    const event: RunStreamEvent = turn.value;
    if (event.type === type) return event;
  }
}

/** Starts as fast as they are accepted; what was started is waited for afterwards. */
function starts(callers: Callers): Contender {
  let started: { readonly id: string; readonly n: number }[] = [];
  const one = (n: number): Operation => {
    const client = callers.any();
    return async () => {
      const { id } = await client.runs.start('empty', { input: { n } });
      started.push({ id, n });
    };
  };
  return {
    name: 'baton starts',
    prepare: (count) => Promise.resolve(Array.from({ length: count }, (_, n) => one(n))),
    async settle() {
      for (const { id, n } of started) await expectEnd(callers.any(), id, { n: n + 1 });
      started = [];
    },
  };
}

async function expectEnd(client: Client, id: string, wanted: unknown): Promise<void> {
  for await (const event of client.runs.events(id))
    if (event.type === 'run.completed') return expectResult(`The run ${id}`, event['output'], wanted);
  throw new Error(`The run ${id} did not complete.`);
}
