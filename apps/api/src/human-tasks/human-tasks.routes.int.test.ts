import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseHumanTaskId, parseRunId, workflowIdOf, type JsonObject } from '@baton/core';
import { createApiFixture, type ApiFixture, type CallOptions } from '../api-fixture.ts';

let fixture: ApiFixture;
beforeAll(async () => {
  fixture = await createApiFixture();
  const definition = {
    document: { dsl: '1.0.3', namespace: 'tests', name: 'asked', version: '1.0.0' },
    do: [{ one: { set: { a: 1 } } }],
  };
  await fixture.call('PUT', '/v1/workflows/asked/versions/1.0.0', { body: definition });
});
afterAll(() => fixture.stop());

const ACTIONS = [
  { id: 'approve', outcome: 'approve', requireComment: false },
  { id: 'reject', outcome: 'reject', requireComment: true },
];

interface Shown {
  readonly id: string;
  readonly etag: string;
  readonly runId: string;
  readonly path: string;
}

/** Opens a task as the workflow would; `ann` is the requester. */
async function open(
  policy: JsonObject,
  more: { form?: JsonObject; expiresAt?: string } = {},
): Promise<Shown> {
  const started = await fixture.call('POST', '/v1/workflows/asked/runs', { body: {} });
  const runId = parseRunId(started.id);
  const id = parseHumanTaskId(randomUUID());
  if (runId === null || id === null) throw new Error('no ids');
  const task = await fixture.store.humanTasks.open(fixture.scope, {
    openKey: id,
    id,
    runId,
    workflowId: workflowIdOf(fixture.scope, runId),
    step: { id: 1, path: '/do/0/review', attempt: 1 },
    kind: 'approval',
    title: 'Publish?',
    actions: ACTIONS,
    policy: { excludeRequester: true, ...policy },
    requester: 'dev|ann',
    subjectHash: 'hash-1',
    ...more,
  });
  return { id, runId, etag: `"${task.revision}"`, path: `/v1/human-tasks/${id}` };
}

const EDITORS = { mode: 'any', candidates: { users: ['zoe'], roles: ['editor'] } };
const decide = (task: Shown, body: unknown, options: CallOptions) =>
  fixture.call('POST', `${task.path}/decisions`, { as: 'bob:editor', body, ...options });
const fresh = async (task: Shown): Promise<Record<string, string>> => {
  const reply = await fixture.call('GET', task.path);
  return { 'If-Match': reply.headers.get('etag') ?? '' };
};

describe('deciding', () => {
  it('takes the decision of a candidate, whatever their platform role, and tells the run', async () => {
    const task = await open(EDITORS);
    const reply = await decide(
      task,
      { action: 'approve', comment: 'fine', subjectHash: 'hash-1' },
      { headers: { 'If-Match': task.etag } },
    );
    expect([reply.status, reply.json]).toEqual([
      200,
      expect.objectContaining({
        taskId: task.id,
        actor: 'dev|bob',
        action: 'approve',
        outcome: 'approve',
        taskStatus: 'approved',
      }),
    ]);
    const read = await fixture.call('GET', task.path, { as: 'bob:editor' });
    expect(read.json).toMatchObject({
      status: 'approved',
      runId: task.runId,
      outcome: { outcome: 'approve', action: 'approve', comment: 'fine', form: null, decidedBy: ['dev|bob'] },
      delivery: 'pending',
    });
  });

  it('checks in order: 428, 403, 412, 409, 422', async () => {
    const task = await open(EDITORS, {
      form: { type: 'object', required: ['note'], properties: { note: { type: 'string' } } },
    });
    const match = { 'If-Match': task.etag };
    expect((await decide(task, { action: 'approve' }, { headers: {} })).status).toBe(428);
    expect(
      (await decide(task, { action: 'approve' }, { headers: { 'If-Match': '"99"' }, as: 'mallory:approver' }))
        .status,
    ).toBe(403);
    expect((await decide(task, { action: 'approve' }, { headers: match, as: 'ann:editor' })).status).toBe(
      403,
    );
    expect(
      (await decide(task, { action: 'approve', subjectHash: 'x' }, { headers: { 'If-Match': '"99"' } }))
        .status,
    ).toBe(412);
    expect((await decide(task, { action: 'dance', subjectHash: 'x' }, { headers: match })).status).toBe(409);
    const pointers = async (body: unknown) => {
      const reply = await decide(task, body, { headers: match });
      return [reply.status, reply.json['errors']];
    };
    expect(await pointers({ action: 'dance' })).toEqual([
      422,
      [expect.objectContaining({ pointer: '/action' })],
    ]);
    expect(await pointers({ action: 'reject', comment: ' ' })).toEqual([
      422,
      [expect.objectContaining({ pointer: '/comment' })],
    ]);
    expect(await pointers({ action: 'approve', form: { note: 1 } })).toEqual([
      422,
      [expect.objectContaining({ pointer: '/form/note' })],
    ]);
    expect(await pointers({ action: 'approve' })).toEqual([
      422,
      [expect.objectContaining({ pointer: '/form' })],
    ]);
    expect(await pointers({ action: 'approve', items: [] })).toEqual([
      400,
      [expect.objectContaining({ pointer: '/items' })],
    ]);
    expect((await decide(task, { action: 'approve', form: { note: 'ok' } }, { headers: match })).status).toBe(
      200,
    );
    expect(
      (await decide(task, { action: 'approve', form: { note: 'ok' } }, { headers: await fresh(task) }))
        .status,
    ).toBe(409);
  });

  it('counts one of many equal decisions at once, and replays it under its key', async () => {
    const task = await open(EDITORS);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        decide(task, { action: 'approve' }, { headers: { 'If-Match': task.etag }, as: `bob${i}:editor` }),
      ),
    );
    expect(
      replies
        .map(({ status }) => status)
        .toSorted((a, b) => a - b)
        .slice(0, 2),
    ).toEqual([200, 412]);
    const keyed = await open(EDITORS);
    const headers = { 'If-Match': keyed.etag, 'Idempotency-Key': 'k1' };
    const first = await decide(keyed, { action: 'approve' }, { headers });
    const again = await decide(keyed, { action: 'approve' }, { headers: { 'Idempotency-Key': 'k1' } });
    expect([first.status, again.status, again.headers.get('idempotency-replayed'), again.json['id']]).toEqual(
      [200, 200, 'true', first.json['id']],
    );
    expect((await decide(keyed, { action: 'reject', comment: 'no' }, { headers })).status).toBe(422);
  });

  it('finds the decision again when the answer to its key was never kept', async () => {
    const task = await open(EDITORS);
    const headers = { 'If-Match': task.etag, 'Idempotency-Key': 'lost' };
    const first = await decide(task, { action: 'approve' }, { headers });
    // Another body spelling is another fingerprint; the decision's own key still knows it.
    const { store } = fixture;
    await store.idempotency.sweep();
    expect(first.status).toBe(200);
    const taskId = parseHumanTaskId(task.id);
    if (taskId === null) throw new Error('no id');
    const known = await store.humanTasks.decide(fixture.scope, { taskId }, () => ({
      kind: 'accept',
      decision: {
        actor: 'dev|bob',
        channel: 'api',
        action: 'approve',
        verdict: 'approve',
        subjectHash: 'hash-1',
        idempotencyKey: 'lost',
      },
    }));
    expect(known).toMatchObject({ outcome: 'duplicate', decision: { id: first.json['id'] } });
  });

  it('adds up a quorum, and all users and roles', async () => {
    const quorum = await open({ mode: 'quorum', n: 2, candidates: { users: [], roles: ['editor'] } });
    expect(
      (await decide(quorum, { action: 'approve' }, { headers: await fresh(quorum) })).json,
    ).toMatchObject({
      taskStatus: 'open',
    });
    expect((await decide(quorum, { action: 'approve' }, { headers: await fresh(quorum) })).status).toBe(409);
    expect(
      (await decide(quorum, { action: 'approve' }, { headers: await fresh(quorum), as: 'eve:editor' })).json,
    ).toMatchObject({ taskStatus: 'approved' });
    const all = await open({ mode: 'all', candidates: { users: ['zoe'], roles: ['editor'] } });
    expect((await decide(all, { action: 'approve' }, { headers: await fresh(all) })).json).toMatchObject({
      taskStatus: 'open',
    });
    expect(
      (await decide(all, { action: 'approve' }, { headers: await fresh(all), as: 'zoe' })).json,
    ).toMatchObject({
      taskStatus: 'approved',
    });
    expect((await fixture.call('GET', all.path)).json).toMatchObject({
      outcome: { decidedBy: ['dev|bob', 'dev|zoe'] },
    });
  });

  it('refuses an expired task', async () => {
    const task = await open(EDITORS, { expiresAt: new Date(Date.now() - 1000).toISOString() });
    expect((await decide(task, { action: 'approve' }, { headers: { 'If-Match': task.etag } })).status).toBe(
      409,
    );
  });
});

describe('claiming', () => {
  it('keeps a task of mode any for its claimant until released', async () => {
    const task = await open(EDITORS);
    const post = (verb: string, as: string, headers: Record<string, string> = {}) =>
      fixture.call('POST', `${task.path}/${verb}`, { as, headers });
    expect((await post('claim', 'mallory:approver')).status).toBe(403);
    expect((await post('claim', 'bob:editor', { 'If-Match': '"99"' })).status).toBe(412);
    const claimed = await post('claim', 'bob:editor');
    expect([claimed.status, claimed.json]).toEqual([
      200,
      expect.objectContaining({ status: 'claimed', claimant: 'dev|bob' }),
    ]);
    expect((await post('claim', 'eve:editor')).status).toBe(409);
    expect(
      (await decide(task, { action: 'approve' }, { headers: await fresh(task), as: 'eve:editor' })).status,
    ).toBe(409);
    expect((await post('release', 'bob:editor')).json).toMatchObject({ status: 'open', claimant: null });
    expect(
      (await decide(task, { action: 'approve' }, { headers: await fresh(task), as: 'eve:editor' })).status,
    ).toBe(200);
    expect((await post('claim', 'bob:editor')).status).toBe(409);
  });
});

describe('listing', () => {
  it('shows a person the tasks they may decide', async () => {
    const task = await open({ mode: 'any', candidates: { users: ['lister'], roles: [] } }, {});
    const ids = async (query: string, as: string) => {
      const reply = await fixture.call('GET', `/v1/human-tasks?${query}`, { as });
      return reply.status === 200 ? reply.ids : reply.status;
    };
    expect(await ids('assignee=me&status=open', 'lister:nothing')).toEqual([task.id]);
    expect(await ids('assignee=me', 'stranger')).not.toContain(task.id);
    expect(await ids(`run=${task.runId}`, 'stranger')).toEqual([task.id]);
    expect(await ids('due<=2001-01-01T00:00:00Z', 'stranger')).toEqual([]);
    expect(await ids('assignee=you', 'stranger')).toBe(400);
  });
});
