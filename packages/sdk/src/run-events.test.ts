import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from './client.ts';
import type { RunStreamEvent } from './event-codec.ts';
import { json, startLoopback, stream, type Loopback } from './loopback-fixture.ts';
import type { EventOptions } from './run-events.ts';

let server: Loopback;

const ID = '0197a3c2-0000-7000-8000-000000000001';
const RETRY = 'retry: 1\n\n';

beforeEach(async () => {
  server = await startLoopback();
});

afterEach(() => server.stop());

function frame(position: number, type: string, more: object = {}): string {
  const event = { position, runId: ID, at: '2026-01-31T12:00:00Z', type, ...more };
  return `id: ${position}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function events(options?: EventOptions): AsyncIterable<RunStreamEvent> {
  return createClient({ baseUrl: server.url, token: 'dev:ann' }).runs.events(ID, options);
}

async function labels(options?: EventOptions): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events(options)) seen.push(`${event.position ?? 'live'} ${event.type}`);
  return seen;
}

function lastEventIds(): readonly unknown[] {
  return server.received.map((request) => request.headers['last-event-id']);
}

const WHOLE = [frame(1, 'run.started'), frame(2, 'step.started'), frame(3, 'run.completed')];
const WHOLE_LABELS = ['1 run.started', '2 step.started', '3 run.completed'];

describe('followRun()', () => {
  it('gives every event and ends after the one that ends the run, the connection open or not', async () => {
    server.answer(stream([RETRY, ...WHOLE], 'stay'));
    expect(await labels()).toEqual(WHOLE_LABELS);
    expect(server.received[0]).toMatchObject({ url: `/v1/runs/${ID}/events` });
    expect(server.received[0]?.headers).toMatchObject({
      accept: 'text/event-stream',
      authorization: 'Bearer dev:ann',
    });
    expect(lastEventIds()).toEqual([undefined]);
  });

  it('puts frames together that were cut anywhere, in the middle of a letter too', async () => {
    const bytes = new TextEncoder().encode(
      `: ping\r\n\r\n${frame(1, 'run.started', { input: 'naïve – 漢字' })}${frame(2, 'run.faulted')}`,
    );
    server.answer(stream([...bytes].map((byte) => Uint8Array.of(byte))));
    const seen: RunStreamEvent[] = [];
    for await (const event of events()) seen.push(event);
    expect(seen.map((event) => [event.position, event['input']])).toEqual([
      [1, 'naïve – 漢字'],
      [2, undefined],
    ]);
  });

  it('goes on after the last position when a connection breaks, in the middle of an event', async () => {
    const half = frame(2, 'step.started').slice(0, 30);
    server.answer(stream([RETRY, frame(1, 'run.started'), half], 'break'), stream(WHOLE.slice(1)));
    expect(await labels()).toEqual(WHOLE_LABELS);
    expect(lastEventIds()).toEqual([undefined, '1']);
  });

  it('does not take an event that the end of a connection cut short', async () => {
    server.answer(
      stream([RETRY, WHOLE[0] ?? '', frame(2, 'run.completed').trimEnd()]),
      stream(WHOLE.slice(1)),
    );
    expect(await labels()).toEqual(WHOLE_LABELS);
  });

  it('hands an event over once that comes twice', async () => {
    server.answer(stream([RETRY, ...WHOLE.slice(0, 2), ...WHOLE.slice(0, 1)], 'end'), stream(WHOLE));
    expect(await labels()).toEqual(WHOLE_LABELS);
    expect(lastEventIds()).toEqual([undefined, '2']);
  });

  it('gets what is missing over another connection', async () => {
    server.answer(
      stream([RETRY, frame(1, 'run.started'), frame(3, 'run.completed')], 'stay'),
      stream(WHOLE.slice(1)),
    );
    expect(await labels()).toEqual(WHOLE_LABELS);
    expect(lastEventIds()).toEqual([undefined, '1']);
  });

  it('throws when what is missing cannot be had', async () => {
    server.answer(stream([RETRY, frame(1, 'run.started')]), stream([frame(3, 'run.completed')]));
    await expect(labels()).rejects.toThrow('The stream goes from event 1 to 3.');
  });

  it('begins after a position', async () => {
    server.answer(stream([frame(3, 'run.canceled')]));
    expect(await labels({ after: 2 })).toEqual(['3 run.canceled']);
    expect(lastEventIds()).toEqual(['2']);
  });

  it('ends when the run has ended and everything is known', async () => {
    server.answer((_request, response) => response.writeHead(204).end());
    expect(await labels({ after: 3 })).toEqual([]);
  });

  it('passes on frames that are only live, without a position', async () => {
    const live = 'event: agent.chunk\ndata: {"step":"/do/0/write","offset":3,"text":"Hel"}\n\n';
    server.answer(stream([frame(1, 'run.started'), live, frame(2, 'run.completed')]));
    const seen: RunStreamEvent[] = [];
    for await (const event of events()) seen.push(event);
    expect(seen[1]).toEqual({
      position: null,
      type: 'agent.chunk',
      step: '/do/0/write',
      offset: 3,
      text: 'Hel',
    });
    expect(seen).toHaveLength(3);
  });

  it('goes on after the last frame of each step that runs, and hands no frame over twice', async () => {
    const chunk = (step: number, offset: number): string =>
      `event: agent.chunk\ndata: ${JSON.stringify({ step: { id: step }, offset, text: 'x' })}\n\n`;
    const first = [RETRY, frame(1, 'run.started'), chunk(1, 1), chunk(2, 1), chunk(2, 2)];
    const ended = frame(2, 'step.completed', { step: { id: 1 } });
    server.answer(
      stream([...first, ended], 'break'),
      stream([chunk(2, 2), chunk(2, 3), chunk(3, 1), frame(3, 'run.completed')]),
    );
    const frames: unknown[] = [];
    for await (const event of events()) if (event.position === null) frames.push(event['offset']);
    expect(frames).toEqual([1, 1, 2, 3, 1]);
    expect(server.received.map(({ url }) => url)).toEqual([
      `/v1/runs/${ID}/events`,
      `/v1/runs/${ID}/events?frames=2:2`,
    ]);
  });

  it('can do without frames', async () => {
    server.answer(stream(WHOLE));
    expect(await labels({ frames: false })).toEqual(WHOLE_LABELS);
    expect(server.received[0]?.url).toBe(`/v1/runs/${ID}/events?frames=none`);
  });

  it('tries again while the API is away, as long as it is asked to', async () => {
    const away = json(503, { title: 'Away', detail: 'The database is away.' });
    server.answer(stream([RETRY, ...WHOLE.slice(0, 1)]), away, away, stream(WHOLE.slice(1)));
    expect(await labels()).toEqual(WHOLE_LABELS);
    server.answer(stream([RETRY, ...WHOLE.slice(0, 1)]), away);
    await expect(labels({ giveUpAfterMs: 0 })).rejects.toMatchObject({ status: 503 });
  });

  it('leaves a connection on which nothing comes', async () => {
    server.answer(stream([RETRY, ...WHOLE.slice(0, 1)], 'stay'), stream(WHOLE.slice(1)));
    expect(await labels({ silenceMs: 20 })).toEqual(WHOLE_LABELS);
  });

  it('tells at once when the first connection fails, and when access ends', async () => {
    server.answer(json(503, {}));
    await expect(labels()).rejects.toMatchObject({ status: 503 });
    server.answer(stream([RETRY, ...WHOLE.slice(0, 1)]), json(401, {}));
    await expect(labels()).rejects.toMatchObject({ status: 401 });
    expect(server.received).toHaveLength(3);
  });

  it('throws when something else than events comes', async () => {
    server.answer(json(200, {}));
    await expect(labels()).rejects.toThrow('not with an event stream');
    server.answer(stream(['id: 1\ndata: {"position":2}\n\n']));
    await expect(labels()).rejects.toThrow('The event with the id "1" is none of a run.');
    server.answer(stream(['id: 1\ndata: nonsense\n\n']));
    await expect(labels()).rejects.toThrow('is no JSON');
  });

  it('throws the reason of its signal, while it reads and while it waits', async () => {
    const reading = new AbortController();
    server.answer(stream([RETRY, ...WHOLE.slice(0, 1)], 'stay'));
    const whileReading = (async () => {
      for await (const event of events({ signal: reading.signal })) {
        expect(event.position).toBe(1);
        reading.abort(new Error('Enough.'));
      }
    })();
    await expect(whileReading).rejects.toThrow('Enough.');
    await expect(labels({ signal: reading.signal })).rejects.toThrow('Enough.');
    const waiting = new AbortController();
    server.answer(stream(['retry: 60000\n\n', ...WHOLE.slice(0, 1)]));
    const following = events({ signal: waiting.signal })[Symbol.asyncIterator]();
    await following.next();
    const next = following.next();
    waiting.abort(new Error('Enough of waiting.'));
    await expect(next).rejects.toThrow('Enough of waiting.');
  });

  it('closes its connection when the reader leaves', async () => {
    let closed = (): void => undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    server.answer((request, response) => {
      response.on('close', closed);
      stream([RETRY, ...WHOLE.slice(0, 1)], 'stay')(request, response);
    });
    for await (const event of events()) {
      expect(event.type).toBe('run.started');
      break;
    }
    await gone;
  });
});
