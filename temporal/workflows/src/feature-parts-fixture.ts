import { randomUUID } from 'node:crypto';
import { DEFAULT_RETRY, failure, NO_USAGE, type Json, type JsonObject, type PinnedAgent } from '@baton/core';
import type { ChildRun } from '@baton/temporal-activities';
import { ApplicationFailure } from '@temporalio/workflow';
import { snapshotOf, type Handle, type Stage } from './stage-fixture.ts';

/** Does one thing that runs can do on a stage, to its end. */
export type Scenario = (stage: Stage) => Promise<Handle>;

/** A task that waits for one event of type `go`. */
export const LISTEN: JsonObject = { hear: { listen: { to: { one: { with: { type: 'go' } } } } } };

/** A task that asks a person; `more` goes into its `with`. */
export const review = (more: JsonObject = {}): JsonObject => ({
  review: { call: 'human', with: { title: 'Publish it?', ...more } },
});

/** A call of a host that may run locally once the host is known to be quick. */
export const get = (endpoint = 'https://a.example/'): JsonObject => ({
  call: 'http',
  with: { method: 'get', endpoint },
});

/** A call that never runs locally. */
export const post = (endpoint = 'https://a.example/'): JsonObject => ({
  call: 'http',
  with: { method: 'post', endpoint },
});

/** A task that starts a child run. */
export const child = (wait: boolean): JsonObject => ({
  sub: { run: { workflow: { namespace: 'content', name: 'greet', version: '1.0.0' }, await: wait } },
});

/** Tasks side by side. */
export const beside = (...branches: JsonObject[]): JsonObject => ({ both: { fork: { branches } } });

/** A task that hears so many events, each of which makes the history longer. */
export const heard = (count: number): JsonObject => ({
  chatter: { for: { in: `[range(${count})]` }, do: [LISTEN] },
});

/** What an agent answers. */
export function replyOf(output: Json): JsonObject {
  return { output, usage: { ...NO_USAGE, calls: 1 }, finish: 'stop' };
}

/** What a run that calls this agent once, as its first task, is pinned to. */
export function pinned(more: Partial<PinnedAgent>): {
  tasks: JsonObject[];
  more: { agents: Record<string, PinnedAgent>; pins: Record<string, string> };
} {
  const agent: PinnedAgent = {
    name: 'writer',
    version: '2.0.0',
    adapter: 'http',
    config: {},
    timeoutMs: 5_000,
    retry: { ...DEFAULT_RETRY, initialIntervalMs: 10 },
    effects: 'unknown',
    ...more,
  };
  const key = `${agent.name}@${agent.version}`;
  return {
    tasks: [{ ask: { call: 'agent', with: { agent: agent.name, input: { topic: 'x' } } } }],
    more: { agents: { [key]: agent }, pins: { '/do/0/ask': key } },
  };
}

/** A host or an agent that is busy. */
export function busy(): ApplicationFailure {
  const told = failure('communication', 'Busy.', { status: 503, retryable: true });
  return ApplicationFailure.create({ message: 'Busy.', nonRetryable: true, details: [told] });
}

/** An accepted child run that does what `tasks` say. */
export function childOf(tasks: JsonObject[]): ChildRun {
  const snapshot = snapshotOf(tasks, { runId: randomUUID() });
  return {
    runId: snapshot.runId,
    workflowId: `child.${snapshot.runId}`,
    workflowType: 'content/greet',
    snapshot,
  };
}

/** Waits until a run has told an event of this type. */
export async function told(stage: Stage, handle: Handle, type: string): Promise<void> {
  while (!stage.told(handle).includes(type)) await handle.query('run');
}

/** Sends so many events of type `go`. */
export async function talk(handle: Handle, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await handle.signal('event', { type: 'go', id: `${n}`, data: n });
}

/** Waits until another execution of a run than this one goes on. */
export async function anotherThan(handle: Handle, execution: string): Promise<void> {
  while ((await handle.describe()).runId === execution)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
