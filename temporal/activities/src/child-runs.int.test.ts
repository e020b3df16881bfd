import { createAdapterRegistry } from '@baton/agents';
import { errorType, parseRunId, type JsonObject } from '@baton/core';
import { createEgress, type Egress } from '@baton/egress';
import type { OutsideEnd } from '@baton/store';
import { createMetrics } from '@baton/telemetry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aCaller, environmentOf, STEP, told } from './activity-fixture.ts';
import type { Activities, CreateChildRunParams } from './activities.ts';
import { createActivities } from './create-activities.ts';
import { createLocalCalls } from './local-calls.ts';
import { createActivityStore, type ActivityStore } from './store-fixture.ts';

let fixture: ActivityStore;
let egress: Egress;
let createChildRun: Activities['createChildRun'];
let takeChildRunEnd: Activities['takeChildRunEnd'];

beforeAll(async () => {
  fixture = await createActivityStore();
  egress = createEgress({ policy: { allowLoopback: true } });
  ({ createChildRun, takeChildRunEnd } = createActivities({
    secrets: { resolve: async () => null },
    adapters: createAdapterRegistry([]),
    egress,
    localCalls: createLocalCalls(),
    frames: { open: () => ({ tell: () => undefined, close: async () => undefined }) },
    publicUrl: null,
    store: fixture.store,
    metrics: createMetrics(),
  }));
  await publish('greet', '1.0.0', { greet: { set: { hello: true } } });
  await publish('greet', '1.1.0', { greet: { set: { hello: 'again' } } });
  await publish('ask', '1.0.0', { ask: { call: 'agent', with: { agent: 'ghost' } } });
});
afterAll(async () => {
  await egress.close();
  await fixture.stop();
});

async function publish(name: string, version: string, task: JsonObject): Promise<void> {
  const document = { document: { dsl: '1.0.0', namespace: 'content', name, version }, do: [task] };
  const text = JSON.stringify(document);
  await fixture.store.workflows.publish(fixture.scope, {
    name,
    namespace: 'content',
    version,
    document,
    source: text,
    mediaType: 'application/json',
    contentHash: text,
    author: 'local|ada',
  });
}

const asked = (idempotencyKey: string, more: Partial<CreateChildRunParams['workflow']> = {}) => ({
  workflow: { namespace: 'content', name: 'greet', version: 'latest', ...more },
  input: { who: 'you' },
  step: STEP,
  idempotencyKey,
  await: true,
});

describe('createChildRun()', () => {
  it('accepts a run with lineage, in the name of who asked for the parent', async () => {
    const caller = await fixture.accepted({ requester: 'local|bob', requesterName: 'Bob', priority: 1 });
    const child = await caller.run(createChildRun, asked('child-lineage'));
    expect(child).toMatchObject({
      workflowType: 'content/greet',
      workflowId: `${fixture.scope.workspaceId}.${child.runId}`,
      snapshot: { runId: child.runId, priority: 1, requester: 'local|bob', input: { who: 'you' } },
    });
    const { items } = await fixture.store.runs.list(fixture.scope, { parent: caller.runId, limit: 10 });
    expect(items).toMatchObject([
      {
        id: child.runId,
        status: 'pending',
        workflow: 'greet',
        version: '1.1.0',
        priority: 1,
        requester: 'local|bob',
        requesterName: 'Bob',
        parent: { runId: caller.runId, step: '/do/0/step' },
      },
    ]);
  });

  it('takes the version that is asked for', async () => {
    const caller = await fixture.accepted();
    const child = await caller.run(createChildRun, asked('child-version', { version: '1.0.0' }));
    expect(child.snapshot.definition).toMatchObject({ document: { version: '1.0.0' } });
    expect(child.snapshot.priority).toBe(3);
  });

  it('gives the same run to the same delivery, also when it was accepted before', async () => {
    const caller = await fixture.accepted();
    const first = await caller.run(createChildRun, asked('child-twice'));
    const second = await caller.run(createChildRun, asked('child-twice'));
    expect(second).toEqual(first);
    const { items } = await fixture.store.runs.list(fixture.scope, { parent: caller.runId, limit: 10 });
    expect(items).toHaveLength(1);
  });

  it('fails for good on a workflow or version that cannot be had, and on another namespace', async () => {
    const caller = await fixture.accepted();
    const unknown = [{ name: 'nobody' }, { version: '9.0.0' }, { namespace: 'other' }];
    const failures = await Promise.all(
      unknown.map((wanted, i) => told(caller.run(createChildRun, asked(`child-absent-${i}`, wanted)))),
    );
    expect(failures.map(({ type, nonRetryable }) => [type, nonRetryable])).toEqual(
      unknown.map(() => [errorType('configuration'), true]),
    );
    expect(failures[1]?.message).toContain('"content/greet" in version "9.0.0"');
  });

  it('fails for good on a workflow whose agents cannot be had, and names them', async () => {
    const caller = await fixture.accepted();
    const failed = await told(caller.run(createChildRun, asked('child-agents', { name: 'ask' })));
    expect(failed.type).toBe(errorType('configuration'));
    expect(failed.message).toContain('/do/0/ask: Agent "ghost"');
  });

  it('refuses an execution that is none of ours, and a parent that nobody has accepted', async () => {
    await expect(environmentOf('some-workflow').run(createChildRun, asked('child-stranger'))).rejects.toThrow(
      'The workflow id "some-workflow" is none of ours.',
    );
    const unknown = aCaller({ scope: fixture.scope });
    await expect(unknown.run(createChildRun, asked('child-orphan'))).rejects.toThrow(
      `Run ${unknown.runId} is unknown.`,
    );
  });
});

describe('takeChildRunEnd()', () => {
  it('tells the published end of a child run of the run that asks, however it ended', async () => {
    const caller = await fixture.accepted();
    const endOf = async (key: string, end: Omit<OutsideEnd, 'origin'>): Promise<unknown> => {
      const { runId } = await caller.run(createChildRun, asked(key));
      const id = parseRunId(runId);
      if (id === null) throw new Error(`"${runId}" is no id.`);
      expect(await caller.run(takeChildRunEnd, { childRunId: id })).toBeNull();
      await fixture.store.runs.closeFromOutside(fixture.scope, id, { ...end, origin: 'reconciler' });
      expect(await aCaller({ scope: fixture.scope }).run(takeChildRunEnd, { childRunId: id })).toBeNull();
      return caller.run(takeChildRunEnd, { childRunId: id });
    };
    const error = { type: 'https://example.com/odd', title: 'Odd', status: 418 };
    expect(await endOf('end-1', { status: 'completed', output: [1] })).toEqual({ output: [1] });
    expect(await endOf('end-2', { status: 'faulted', error })).toEqual({
      failure: expect.objectContaining({ ...error, retryable: false }),
    });
    expect(await endOf('end-3', { status: 'canceled' })).toMatchObject({ failure: { code: 'canceled' } });
    expect(await endOf('end-4', { status: 'canceled', error })).toMatchObject({
      failure: { code: 'terminated' },
    });
    expect(await caller.run(takeChildRunEnd, { childRunId: 'made up' })).toBeNull();
  });
});
