import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseRunId } from '@baton/core';
import { createApiFixture, type ApiFixture } from '../api-fixture.ts';

let fixture: ApiFixture;
beforeAll(async () => {
  fixture = await createApiFixture({ pingMs: 50, stallMs: 200 });
  await fixture.call('PUT', '/v1/workflows/plain/versions/1.0.0', {
    body: {
      document: { dsl: '1.0.3', namespace: 'tests', name: 'plain', version: '1.0.0' },
      do: [{ a: { set: { b: 1 } } }],
    },
  });
});
afterAll(() => fixture.stop());

const USAGE = { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 0, toolCalls: 0 };
const start = async (): Promise<string> =>
  (await fixture.call('POST', '/v1/workflows/plain/runs', { body: {} })).id;
const emit = (id: string, ...numbers: readonly number[]) =>
  fixture.tell(
    id,
    numbers.map((n) => ({
      type: 'event.emitted' as const,
      step: { id: 1, parent: 0, path: '/do/0/a', name: 'a', kind: 'emit', attempt: 1 },
      event: { n },
    })),
  );
const complete = (id: string) => fixture.tell(id, [{ type: 'run.completed', output: 1, usage: USAGE }]);

/** Reads a stream until it ends or `enough` says so. */
async function read(
  id: string,
  {
    headers = {},
    query = '',
    enough = () => false,
  }: { headers?: Record<string, string>; query?: string; enough?: (text: string) => boolean } = {},
): Promise<{ status: number; text: string; ids: readonly string[] }> {
  const left = new AbortController();
  const response = await fetch(`${fixture.baseUrl}/v1/runs/${id}/events${query}`, {
    headers: { Authorization: 'Bearer dev:ann', Accept: 'text/event-stream', ...headers },
    signal: left.signal,
  });
  let text = '';
  if (response.body !== null)
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (enough(text)) break;
    }
  left.abort();
  return {
    status: response.status,
    text,
    ids: [...text.matchAll(/^id: (\d+)$/gm)].map((match) => match[1] ?? ''),
  };
}

describe('the stream of events', () => {
  it('replays, follows live without gap or repeat, and ends with the run', async () => {
    const id = await start();
    await fixture.tell(id, [{ type: 'run.started', input: null }]);
    await emit(id, 1, 2);
    const reading = read(id);
    for (let n = 3; n < 40; n += 1) await emit(id, n);
    await complete(id);
    const { status, text, ids } = await reading;
    expect(status).toBe(200);
    expect(ids).toEqual(Array.from({ length: 41 }, (_, i) => String(i + 1)));
    expect(text).toMatch(/^retry: \d+\n\n/);
    expect(text).toContain('event: run.completed\ndata: {');
    const frame = /event: event\.emitted\ndata: (.*)\n/.exec(text)?.[1] ?? '{}';
    expect(JSON.parse(frame)).toMatchObject({
      position: 2,
      runId: id,
      type: 'event.emitted',
      step: { path: '/do/0/a', name: 'a', attempt: 1 },
      event: { n: 1 },
    });
  });

  it('goes on after Last-Event-ID, from the header or the query', async () => {
    const id = await start();
    await fixture.tell(id, [{ type: 'run.started', input: null }]);
    await emit(id, 1, 2, 3);
    await complete(id);
    expect((await read(id, { headers: { 'Last-Event-ID': '3' } })).ids).toEqual(['4', '5']);
    expect((await read(id, { query: '?lastEventId=4' })).ids).toEqual(['5']);
    expect((await read(id, { headers: { 'Last-Event-ID': '5' } })).status).toBe(204);
    expect((await read(id, { headers: { 'Last-Event-ID': 'x' } })).status).toBe(400);
    expect((await read(id, { headers: { 'Last-Event-ID': '-1' } })).status).toBe(400);
  });

  it('pings while nothing happens', async () => {
    const id = await start();
    const { text } = await read(id, { enough: (seen) => seen.includes(': ping\n\n: ping\n\n') });
    expect(text).toContain(': ping');
  });

  it('is a list for readers of JSON', async () => {
    const id = await start();
    await fixture.tell(id, [{ type: 'run.started', input: null }]);
    await emit(id, 1, 2);
    const list = (query: string) =>
      fixture.call('GET', `/v1/runs/${id}/events${query}`, { headers: { Accept: 'application/json' } });
    expect((await list('?limit=2')).json).toMatchObject({
      items: [{ position: 1 }, { position: 2 }],
      nextCursor: '2',
    });
    expect((await list('?after=2&limit=2')).json).toMatchObject({
      items: [{ position: 3 }],
      nextCursor: null,
    });
    expect((await list('?after=99999999999')).json).toEqual({ items: [], nextCursor: null });
    const wrong = await fixture.call('GET', `/v1/runs/${id}/events`, { headers: { Accept: 'image/png' } });
    expect(wrong.status).toBe(406);
  });

  it('drops a reader that does not read', async () => {
    const id = await start();
    await fixture.tell(id, [{ type: 'run.started', input: null }]);
    const big = 'x'.repeat(900_000);
    for (let i = 0; i < 12; i += 1)
      await fixture.tell(id, [
        {
          type: 'event.emitted',
          step: { id: 1, parent: 0, path: '/do/0/a', name: 'a', kind: 'emit', attempt: 1 },
          event: { big },
        },
      ]);
    const socket = connect(fixture.port, '127.0.0.1');
    socket.pause();
    socket.write(
      `GET /v1/runs/${id}/events HTTP/1.1\r\nHost: 127.0.0.1:${fixture.port}\r\nAuthorization: Bearer dev:ann\r\n\r\n`,
    );
    const closed = new Promise<void>((resolve) =>
      socket.on('close', () => resolve()).on('error', () => resolve()),
    );
    const dropped = async (): Promise<boolean> =>
      /stalled_total 1/.test((await fixture.call('GET', '/metrics', { as: null })).text);
    while (!(await dropped())) await new Promise((resolve) => setTimeout(resolve, 20));
    socket.resume();
    await expect(closed).resolves.toBeUndefined();
  });
});

const AGENT = { id: 1, parent: 0, path: '/do/0/a', name: 'a', kind: 'call-agent', attempt: 1 } as const;

/** Stores frames as a worker would. */
function live(id: string, ...texts: readonly string[]): Promise<void> {
  const runId = parseRunId(id);
  if (runId === null) throw new Error(`${id} is no run id.`);
  const of = { scope: fixture.scope, runId, stepId: 1, attempt: 1, delivery: 1, lost: 0 } as const;
  return fixture.store.frames.write(texts.map((data) => ({ ...of, type: 'agent.chunk' as const, data })));
}

/** What a stream has shown: types of events with their positions, texts of frames with their offsets. */
function shown(text: string): readonly string[] {
  return [...text.matchAll(/^(?:id: (\d+)\n)?event: (\S+)\ndata: (.*)$/gm)].map(([, id, type, data = '']) => {
    const { offset, text: told } = fromFrame(data);
    return id === undefined ? `${String(offset)} ${String(told)}` : `${id} ${type}`;
  });
}

function fromFrame(data: string): { readonly offset: unknown; readonly text: unknown } {
  const frame: unknown = JSON.parse(data);
  return { offset: undefined, text: undefined, ...(typeof frame === 'object' ? frame : {}) };
}

async function startStep(): Promise<string> {
  const id = await start();
  await fixture.tell(id, [
    { type: 'run.started', input: null },
    { type: 'step.started', step: AGENT, input: null },
  ]);
  return id;
}
const endStep = (id: string) => fixture.tell(id, [{ type: 'step.completed', step: AGENT, output: 1 }]);

describe('live frames', () => {
  it('stand between the events of their step, without an id', async () => {
    const id = await startStep();
    await live(id, 'Riv');
    const seen = read(id, { enough: (text) => text.includes('run.completed') });
    const early = await read(id, { enough: (text) => text.includes('Riv') });
    expect(JSON.parse(/^event: agent.chunk\ndata: (.*)$/m.exec(early.text)?.[1] ?? '')).toEqual({
      ...{ runId: id, type: 'agent.chunk', step: AGENT, offset: 1, delivery: 1, text: 'Riv' },
      at: expect.any(String),
    });
    await live(id, 'ers', '.');
    await endStep(id);
    await live(id, 'late');
    await complete(id);
    const order = ['1 run.started', '2 step.started', '1 Riv', '2 ers', '3 .', '3 step.completed'];
    expect(shown((await seen).text)).toEqual([...order, '4 run.completed']);
  });

  it('go on after an offset, come from the beginning without one, and can be turned off', async () => {
    const id = await startStep();
    await live(id, 'a', 'b', 'c');
    const until = (query: string, end: string) => read(id, { query, enough: (text) => text.includes(end) });
    expect(shown((await until('', '"c"')).text).slice(2)).toEqual(['1 a', '2 b', '3 c']);
    const resumed = { headers: { 'Last-Event-ID': '2' }, query: '?frames=1:2' };
    const after = await read(id, { ...resumed, enough: (text) => text.includes('"c"') });
    expect(shown(after.text)).toEqual(['3 c']);
    const none = await until('?frames=none', ': ping');
    expect(shown(none.text)).toEqual(['1 run.started', '2 step.started']);
    expect((await read(id, { query: '?frames=all' })).status).toBe(400);
    const list = await fixture.call('GET', `/v1/runs/${id}/events?frames=none`, {
      headers: { Accept: 'application/json' },
    });
    expect(list.status).toBe(400);
  });
});
