import { describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { JsonObject } from '@baton/core';
import { eventually, textOf } from './http.ts';
import { askHuman, createScenario, itemsOf, objectOf } from './scenario.ts';
import { verifies } from './verifies.ts';

const { call, publish, start, ended, humanTask, decide, events, reaches } = createScenario();

const EDITORS: JsonObject = { mode: 'any', candidates: { roles: ['editor'] } };

async function openTask(
  policy: JsonObject,
  more: JsonObject = {},
  as = 'alice',
): Promise<{ runId: string; id: string; etag: string; task: JsonObject }> {
  const workflow = await publish([{ ask: askHuman(policy, more) }]);
  const runId = (await start(workflow, { topic: 'x' }, { as })).text('id');
  return { runId, ...(await humanTask(runId)) };
}

describe('human tasks', () => {
  it(verifies('HUMAN-1', 'are listed for candidates, read, claimed and released'), async () => {
    const { runId, id, etag } = await openTask(EDITORS, {
      title: 'Publish "${ .topic }"?',
      body: '**${ .topic }**',
    });
    expect(await reaches(runId, 'waiting')).toMatchObject({
      waitingFor: [{ kind: 'human', step: '/do/0/ask', humanTaskId: id }],
    });
    const inbox = async (as: string): Promise<readonly unknown[]> =>
      itemsOf(await call('GET /v1/human-tasks?assignee=me&status=open,claimed&limit=200', { as })).map(
        (task) => task['id'],
      );
    expect(await inbox('bob:editor')).toContain(id);
    expect(await inbox('carl:author')).not.toContain(id);
    const read = await call(`GET /v1/human-tasks/${id}`, { as: 'bob:editor' });
    expect(read.body).toMatchObject({ title: 'Publish "x"?', body: '**x**', status: 'open', runId });
    const claimed = await call(`POST /v1/human-tasks/${id}/claim`, {
      as: 'bob:editor',
      headers: { 'if-match': etag },
    });
    expect(claimed.status).toBe(200);
    expect(await inbox('bella:editor')).not.toContain(id);
    expect(await inbox('bob:editor')).toContain(id);
    const { etag: claimedEtag } = await readTask(id);
    expect((await decide(id, { action: 'approve' }, { as: 'bella:editor', etag: claimedEtag })).status).toBe(
      409,
    );
    const released = await call(`POST /v1/human-tasks/${id}/release`, {
      as: 'bob:editor',
      headers: { 'if-match': claimedEtag },
    });
    expect(released.status).toBe(200);
    const { etag: free } = await readTask(id);
    expect((await decide(id, { action: 'approve' }, { as: 'bella:editor', etag: free })).status).toBe(200);
    expect(await ended(runId)).toMatchObject({
      status: 'completed',
      output: { outcome: 'approve', action: 'approve' },
    });
  });

  it(verifies('HUMAN-2', 'check a decision in the documented order'), async () => {
    const form = {
      type: 'object',
      required: ['note'],
      properties: { note: { type: 'string' } },
      additionalProperties: false,
    };
    const { runId, id, etag, task } = await openTask(EDITORS, { form });
    const wish = { action: 'approve', form: { note: 'fine' } };
    const bare = await call(`POST /v1/human-tasks/${id}/decisions`, { as: 'bob:editor', json: wish });
    expect(bare.status).toBe(428);
    expect((await decide(id, wish, { as: 'mallory:author', etag })).status).toBe(403);
    expect((await decide(id, wish, { as: 'bob:editor', etag: '"99"' })).status).toBe(412);
    const other = await decide(id, { ...wish, subjectHash: '0'.repeat(64) }, { as: 'bob:editor', etag });
    expect(other.status).toBe(409);
    const unfilled = await decide(id, { action: 'approve', form: {} }, { as: 'bob:editor', etag });
    expect(unfilled.status).toBe(422);
    expect(JSON.stringify(unfilled.field('errors'))).toContain('/form');
    expect((await decide(id, { action: 'maybe' }, { as: 'bob:editor', etag })).status).toBe(422);
    const made = await decide(
      id,
      { ...wish, subjectHash: textOf(task, 'subjectHash') },
      { as: 'bob:editor', etag, key: `k-${id}` },
    );
    expect(made.status).toBe(200);
    const again = await decide(
      id,
      { ...wish, subjectHash: textOf(task, 'subjectHash') },
      { as: 'bob:editor', etag, key: `k-${id}` },
    );
    expect([again.status, again.headers.get('idempotency-replayed'), again.field('id')]).toEqual([
      200,
      'true',
      made.field('id'),
    ]);
    const late = await decide(id, wish, { as: 'bella:editor', etag: (await readTask(id)).etag });
    expect(late.status).toBe(409);
    expect(await ended(runId)).toMatchObject({ output: { outcome: 'approve', form: { note: 'fine' } } });
  });

  it(verifies('HUMAN-3', 'follow the policy: quorum, all, and the requester excluded'), async () => {
    const quorum = await openTask({ mode: 'quorum', n: 2, candidates: { roles: ['editor'] } });
    expect(
      (await decide(quorum.id, { action: 'approve' }, { as: 'one:editor', etag: quorum.etag })).status,
    ).toBe(200);
    expect(
      (
        await decide(
          quorum.id,
          { action: 'approve' },
          { as: 'one:editor', etag: (await readTask(quorum.id)).etag },
        )
      ).status,
    ).toBe(409);
    expect(await reaches(quorum.runId, 'waiting')).toMatchObject({ endedAt: null });
    await decide(
      quorum.id,
      { action: 'approve' },
      { as: 'two:editor', etag: (await readTask(quorum.id)).etag },
    );
    expect(await ended(quorum.runId)).toMatchObject({ output: { outcome: 'approve' } });

    const all = await openTask({ mode: 'all', candidates: { users: ['ann', 'ben'] } });
    await decide(all.id, { action: 'approve' }, { as: 'ann:viewer', etag: all.etag });
    await decide(
      all.id,
      { action: 'reject', comment: 'no' },
      { as: 'ben:viewer', etag: (await readTask(all.id)).etag },
    );
    expect(await ended(all.runId)).toMatchObject({ output: { outcome: 'reject', comment: 'no' } });

    const own = await openTask(EDITORS, {}, 'erin:operator,author,editor');
    expect(
      (await decide(own.id, { action: 'approve' }, { as: 'erin:operator,author,editor', etag: own.etag }))
        .status,
    ).toBe(403);
    const free = await openTask({ ...EDITORS, excludeRequester: false }, {}, 'erin:operator,author,editor');
    expect(
      (await decide(free.id, { action: 'approve' }, { as: 'erin:operator,author,editor', etag: free.etag }))
        .status,
    ).toBe(200);
  });

  it(verifies('HUMAN-4', 'that nobody decides in time are rejected'), async () => {
    const workflow = await publish([
      { ask: askHuman(EDITORS, { expires: { milliseconds: 700 } }) },
      { say: { set: '${ .outcome }' } },
    ]);
    const runId = (await start(workflow)).text('id');
    expect(await ended(runId)).toMatchObject({ status: 'completed', output: 'expired' });
    const task = itemsOf(await call(`GET /v1/human-tasks?run=${runId}`, { as: 'admin:admin' }))[0];
    expect(task).toMatchObject({ status: 'expired' });
    const raised = await publish([
      { ask: askHuman(EDITORS, { expires: { milliseconds: 300 }, onReject: 'raise' }) },
    ]);
    const faulted = await ended((await start(raised)).text('id'));
    expect(faulted).toMatchObject({ status: 'faulted', error: { status: 403, instance: '/do/0/ask' } });
  });

  it(verifies('HUMAN-5', 'have one outcome when fifty decisions come at once'), async () => {
    const { runId, id, etag } = await openTask(EDITORS);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        decide(id, { action: n % 2 === 0 ? 'approve' : 'reject' }, { as: `editor${n}:editor`, etag }),
      ),
    );
    const made = answers.filter(({ status }) => status === 200);
    expect(made).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409 || status === 412)).toHaveLength(49);
    const run = await ended(runId);
    expect(run).toMatchObject({ status: 'completed', output: { action: made[0]?.field('action') } });
    const decided = (await events(runId)).filter(({ type }) => type === 'human_task.decided');
    expect(decided).toHaveLength(1);
  });

  it(verifies('HUMAN-2', 'answer fifty equal decisions with one key as one'), async () => {
    const { runId, id, etag } = await openTask(EDITORS);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        decide(id, { action: 'approve' }, { as: 'bob:editor', etag, key: `same-${id}` }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status === 200 || status === 409))).toEqual(new Set([true]));
    const ids = answers.filter(({ status }) => status === 200).map((answer) => answer.field('id'));
    expect(new Set(ids).size).toBe(1);
    expect(await ended(runId)).toMatchObject({ status: 'completed' });
  });

  it(verifies('HUMAN-6', 'are not moved by a forged signal'), async () => {
    const { runId, id, etag } = await openTask(EDITORS);
    const connection = await Connection.connect({ address: process.env['BATON_E2E_TEMPORAL_ADDRESS'] ?? '' });
    const client = new Client({ connection });
    const workflowId = new URL(await temporalLink(runId)).pathname.split('/').at(-1) ?? '';
    const handle = client.workflow.getHandle(decodeURIComponent(workflowId));
    const length = async (): Promise<number> => (await handle.describe()).historyLength;
    const before = await length();
    await handle.signal('humanTaskDecided', {
      humanTaskId: id,
      decisionId: '00000000-0000-4000-8000-000000000000',
    });
    await handle.signal('humanTaskDecided', { humanTaskId: 'nobody', decisionId: 'x' });
    // The signal is worked off (an activity looks, and finds nothing), and the run waits as before.
    await eventually(length, (now) => now >= before + 8);
    expect(objectOf(await call(`GET /v1/runs/${runId}`))).toMatchObject({ status: 'waiting', endedAt: null });
    expect((await readTask(id)).task).toMatchObject({ status: 'open' });
    await decide(id, { action: 'reject' }, { as: 'bob:editor', etag });
    expect(await ended(runId)).toMatchObject({ output: { outcome: 'reject' } });
    await connection.close();
  });

  it(verifies('HUMAN-7', 'vanish with their run'), async () => {
    const { runId, id } = await openTask(EDITORS);
    expect((await call(`POST /v1/runs/${runId}/cancel`, { json: {} })).status).toBe(202);
    expect(await ended(runId)).toMatchObject({ status: 'canceled' });
    expect((await readTask(id)).task).toMatchObject({ status: 'canceled' });
    const terminated = await openTask(EDITORS);
    expect((await call(`POST /v1/runs/${terminated.runId}/terminate`, { json: {} })).status).toBe(202);
    expect(await ended(terminated.runId)).toMatchObject({ status: 'canceled' });
    expect((await readTask(terminated.id)).task).toMatchObject({ status: 'canceled' });
  });

  it(verifies('HUMAN-1', 'wait and wake side by side in one run'), async () => {
    const workflow = await publish([
      {
        both: {
          fork: {
            branches: [
              { left: askHuman({ candidates: { users: ['ann'] } }, { title: 'left' }) },
              {
                right: {
                  try: [{ inner: askHuman({ candidates: { users: ['ben'] } }, { title: 'right' }) }],
                  catch: {},
                },
              },
            ],
          },
        },
      },
      { say: { set: '${ map(.outcome) }' } },
    ]);
    const runId = (await start(workflow)).text('id');
    const tasks = await eventually(
      async () => itemsOf(await call(`GET /v1/human-tasks?run=${runId}&status=open`, { as: 'admin:admin' })),
      (items) => items.length === 2,
    );
    for (const task of tasks) {
      const id = textOf(task, 'id');
      const as = task['title'] === 'left' ? 'ann:viewer' : 'ben:viewer';
      const action = task['title'] === 'left' ? 'approve' : 'reject';
      expect((await decide(id, { action }, { as, etag: (await readTask(id)).etag })).status).toBe(200);
    }
    expect(await ended(runId)).toMatchObject({ output: ['approve', 'reject'] });
  });
});

async function readTask(id: string): Promise<{ etag: string; task: JsonObject }> {
  const answer = await call(`GET /v1/human-tasks/${id}`, { as: 'admin:admin' });
  return { etag: answer.headers.get('etag') ?? '', task: objectOf(answer) };
}

async function temporalLink(runId: string): Promise<string> {
  const { links } = objectOf(await call(`GET /v1/runs/${runId}`));
  return typeof links === 'object' &&
    links !== null &&
    'temporal' in links &&
    typeof links.temporal === 'string'
    ? links.temporal
    : '';
}
