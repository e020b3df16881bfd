import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { startAgent } from './agent-stand-in.ts';
import { eventually, textOf } from './http.ts';
import { createScenario, itemsOf, objectOf } from './scenario.ts';
import { readStream } from './sse.ts';
import { verifies } from './verifies.ts';

const { call, publish, start, ended, reaches, events, steps, register, apiUrl } = createScenario();

describe('runs', () => {
  it(verifies('RUN-1', 'answer 202 with Location, or 200 when they end in time'), async () => {
    const quick = await publish([{ a: { set: { ok: true } } }]);
    const done = await start(quick, null, { headers: { prefer: 'wait=20' } });
    expect([done.status, done.headers.get('preference-applied')]).toEqual([200, 'wait=20']);
    expect(done.body).toMatchObject({
      status: 'completed',
      output: { ok: true },
      workflow: quick,
      version: '1.0.0',
    });
    const slow = await publish([{ nap: { wait: 'PT1H' } }]);
    const accepted = await start(slow, null, { headers: { prefer: 'wait=1' } });
    expect([accepted.status, accepted.headers.get('location')]).toEqual([
      202,
      `/v1/runs/${accepted.text('id')}`,
    ]);
    const faulted = await start(
      await publish([{ bad: { raise: { error: { type: 'https://x.test/e', status: 418, title: 'T' } } } }]),
      null,
      { headers: { prefer: 'wait=20' } },
    );
    expect([faulted.status, faulted.field('status')]).toEqual([200, 'faulted']);
  });

  it(verifies('RUN-2', 'are one for fifty equal starts'), async () => {
    const workflow = await publish([{ a: { set: { ok: true } } }]);
    const key = `"${randomUUID()}"`;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => start(workflow, { n: 1 }, { headers: { 'idempotency-key': key } })),
    );
    const accepted = answers.filter(({ status }) => status === 202 || status === 200);
    expect(answers.filter(({ status }) => status === 409).length + accepted.length).toBe(50);
    expect(new Set(accepted.map((answer) => answer.field('id'))).size).toBe(1);
    expect(itemsOf(await call(`GET /v1/runs?workflow=${workflow}`))).toHaveLength(1);
    const again = await start(workflow, { n: 1 }, { headers: { 'idempotency-key': key } });
    expect([again.headers.get('idempotency-replayed'), again.field('id')]).toEqual([
      'true',
      accepted[0]?.field('id'),
    ]);
    const other = await start(workflow, { n: 2 }, { headers: { 'idempotency-key': key } });
    expect(other.status).toBe(422);
  });

  it(verifies('RUN-3', 'are listed by filters and in pages'), async () => {
    const workflow = await publish([{ a: { set: { y: 1 } } }]);
    const ids: string[] = [];
    for (const color of ['red', 'blue', 'red']) {
      const started = await start(workflow, null, {
        body: { tags: { color } },
        headers: { prefer: 'wait=20' },
      });
      ids.unshift(started.text('id'));
    }
    const list = async (query: string): Promise<readonly unknown[]> =>
      itemsOf(await call(`GET /v1/runs?workflow=${workflow}&${query}`)).map(({ id }) => id);
    expect(await list('status=completed')).toEqual(ids);
    expect(await list('status=running')).toEqual([]);
    expect(await list('tag=color:red')).toEqual([ids[0], ids[2]]);
    expect(await list('version=2.0.0')).toEqual([]);
    expect(
      await list(`startedAfter=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`),
    ).toEqual([]);
    expect(await list(`q=${workflow.slice(0, 10)}`)).toEqual(ids);
    const first = await call(`GET /v1/runs?workflow=${workflow}&limit=2`);
    expect(itemsOf(first).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await call(`GET /v1/runs?workflow=${workflow}&limit=2&cursor=${first.text('nextCursor')}`);
    expect([itemsOf(second).map(({ id }) => id), second.field('nextCursor')]).toEqual([[ids[2]], null]);
  });

  it(verifies(['RUN-4', 'AGENT-4'], 'show steps with attempts, usage and times'), async () => {
    const agent = await startAgent((_call, earlier) =>
      earlier === 0
        ? { status: 503, body: {}, headers: { 'retry-after': '0' } }
        : { body: { answer: 42, tokens: 7 } },
    );
    const name = await register(`${agent.url}/think`, {
      config: { endpoint: `${agent.url}/think`, response: { usage: { inputTokens: '${ .tokens }' } } },
      retry: { maxAttempts: 3, initialInterval: 'PT0.05S' },
      cost: { perCallUsd: 0.25 },
    });
    const workflow = await publish([{ think: { call: 'agent', with: { agent: name, input: { q: 1 } } } }]);
    const run = objectOf(await start(workflow, null, { headers: { prefer: 'wait=30' } }));
    expect(run).toMatchObject({
      status: 'completed',
      output: { answer: 42 },
      usage: { inputTokens: 7, calls: 1, costUsd: 0.25 },
    });
    const [think] = await steps(textOf(run, 'id'));
    expect(think).toMatchObject({
      name: 'think',
      status: 'completed',
      attempt: 2,
      attempts: [{ attempt: 1 }, { attempt: 2 }],
    });
    expect(new Set(agent.calls.map(({ key }) => key)).size).toBe(1);
    expect(agent.calls).toHaveLength(2);
    expect(agent.calls[0]?.runId).toBe(run['id']);
    const types = (await events(textOf(run, 'id'))).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['step.retrying', 'agent.usage']));
    await agent.stop();
  });

  it(verifies('RUN-5', 'stream events by position and resume without gap or repeat'), async () => {
    const workflow = await publish([
      { a: { set: { n: 1 } } },
      { nap: { wait: 'PT0.4S' } },
      { b: { set: { n: 2 } } },
    ]);
    const runId = (await start(workflow)).text('id');
    const live = await readStream(`${apiUrl}/v1/runs/${runId}/events`, {});
    const positions = live.map(({ id }) => Number(id));
    expect(positions).toEqual(positions.map((_, index) => index + 1));
    expect(live.at(-1)).toMatchObject({ event: 'run.completed' });
    for (const after of [1, 3, positions.length - 1]) {
      const rest = await readStream(`${apiUrl}/v1/runs/${runId}/events`, { 'last-event-id': String(after) });
      expect(rest.map(({ id }) => Number(id))).toEqual(positions.filter((position) => position > after));
    }
    const listed = await events(runId);
    expect(listed.map(({ position }) => position)).toEqual(positions);
    expect(JSON.parse(live[0]?.data ?? '{}')).toMatchObject({ position: 1, runId, type: 'run.started' });
  });

  it(verifies('RUN-7', 'are canceled, suspended and resumed'), async () => {
    const agent = await startAgent();
    const name = await register(`${agent.url}/work`);
    const workflow = await publish([
      { nap: { wait: 'PT0.3S' } },
      { work: { call: 'agent', with: { agent: name, input: {} } } },
    ]);
    const runId = (await start(workflow)).text('id');
    await reaches(runId, 'waiting');
    expect((await call(`POST /v1/runs/${runId}/suspend`)).status).toBe(202);
    await reaches(runId, 'suspended');
    // The timer fires while the run is suspended; nothing may start.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(agent.calls).toHaveLength(0);
    expect((await call(`POST /v1/runs/${runId}/resume`)).status).toBe(202);
    expect(await ended(runId)).toMatchObject({ status: 'completed' });
    expect(agent.calls).toHaveLength(1);
    expect((await call(`POST /v1/runs/${runId}/cancel`)).status).toBe(409);
    expect((await call(`POST /v1/runs/${runId}/resume`)).status).toBe(409);
    await agent.stop();
  });

  it(verifies('RUN-7', 'close the connection of a running call when they are canceled'), async () => {
    const agent = await startAgent(() => ({ hang: true }));
    const name = await register(`${agent.url}/slow`, { timeout: 'PT5M' });
    const runId = (
      await start(await publish([{ work: { call: 'agent', with: { agent: name, input: {} } } }]))
    ).text('id');
    await eventually(
      async () => agent.calls.length,
      (count) => count === 1,
    );
    const reason = 'It is not needed any more.';
    expect((await call(`POST /v1/runs/${runId}/cancel`, { json: { reason } })).status).toBe(202);
    expect(await ended(runId)).toMatchObject({ status: 'canceled', output: null });
    expect((await events(runId)).slice(-2)).toEqual([
      expect.objectContaining({ type: 'step.canceled' }),
      expect.objectContaining({ type: 'run.canceled', reason }),
    ]);
    await agent.stop();
  });

  it(verifies('RUN-8', 'can be rehearsed with mocks'), async () => {
    const agent = await startAgent();
    const name = await register(`${agent.url}/never`);
    const workflow = await publish([
      { ask: { call: 'agent', with: { agent: name, input: {} } } },
      { review: { call: 'human', with: { title: 'ok?', policy: { candidates: { roles: ['editor'] } } } } },
      { nap: { wait: 'P3D' } },
      { say: { set: '${ { outcome } }' } },
    ]);
    const rehearse = (mocks: object): ReturnType<typeof call> =>
      call(`POST /v1/workflows/${workflow}/dry-runs`, {
        raw: JSON.stringify({ input: null, mocks }),
        headers: { 'content-type': 'application/json' },
      });
    const good = await rehearse({ ask: { a: 1 }, '/do/1/review': { outcome: 'approve' } });
    expect(good.body).toMatchObject({ status: 'completed', output: { outcome: 'approve' } });
    const bad = await rehearse({ ask: { error: { status: 503, title: 'down' } }, review: 'approve' });
    expect(bad.body).toMatchObject({ status: 'faulted', error: { status: 503, instance: '/do/0/ask' } });
    expect(agent.calls).toHaveLength(0);
    expect(itemsOf(await call(`GET /v1/runs?workflow=${workflow}`))).toEqual([]);
    await agent.stop();
  });
});
