import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isObject, parseJson, type JsonObject } from '@baton/core';
import { select } from './database.ts';
import { startHandModel, type HandModel } from './hand-model.ts';
import { eventually, textOf } from './http.ts';
import { createScenario } from './scenario.ts';
import { openStream, type Frame } from './sse.ts';
import { startApi } from './stack.ts';
import { verifies } from './verifies.ts';

const { apiUrl, call, name, start, publish, ended, events } = createScenario();

let model: HandModel;
beforeAll(async () => {
  model = await startHandModel();
});
afterAll(() => model.stop());

const ask = (agent: string): JsonObject => ({
  ask: { call: 'agent', with: { agent, input: 'Where does the Rhine begin?' } },
});

async function startAsking(): Promise<string> {
  const agent = name('model');
  const json = {
    adapter: 'openai',
    config: { endpoint: model.endpoint, model: 'hand' },
    retry: { maxAttempts: 2, initialInterval: 'PT0.1S' },
  };
  const registered = await call(`PUT /v1/agents/${agent}/versions/1.0.0`, { json });
  expect(registered.status).toBe(201);
  const started = await start(await publish([ask(agent)]));
  return textOf(isObject(started.body) ? started.body : {}, 'id');
}

/** A text of a frame, or a number as text. */
const wordOf = (frame: Frame, field: string): string =>
  JSON.stringify(dataOf(frame)[field] ?? null).replaceAll('"', '');

const dataOf = (frame: Frame): JsonObject => {
  const data = parseJson(frame.data);
  return isObject(data) ? data : {};
};

/** Offsets and texts of live chunks. */
const chunksOf = (frames: readonly Frame[]): readonly string[] =>
  frames
    .filter(({ id, event }) => id === '' && event === 'agent.chunk')
    .map((frame) => `${wordOf(frame, 'offset')} ${wordOf(frame, 'text')}`);

const says =
  (text: string) =>
  (frames: readonly Frame[]): boolean =>
    chunksOf(frames).some((chunk) => chunk.endsWith(text));

const isOver = (frames: readonly Frame[]): boolean => frames.some(({ event }) => event === 'run.completed');

const eventsUrl = (runId: string, query = '', base = apiUrl): string =>
  `${base}/v1/runs/${runId}/events${query}`;

describe('what agents tell while they work', () => {
  it(
    verifies('RUN-10', 'is seen by all readers before the step has ended, and nothing of it stays'),
    async () => {
      const runId = await startAsking();
      const answer = await model.nextCall();
      const first = await openStream(eventsUrl(runId));
      answer.say('In the ');
      const seen = await first.until(says('In the '));
      expect(seen.some(({ event }) => event === 'step.completed')).toBe(false);
      const [chunk] = seen.filter(({ event }) => event === 'agent.chunk').map(dataOf);
      expect(chunk).toMatchObject({
        runId,
        ...{ type: 'agent.chunk', text: 'In the ', offset: 1, delivery: 1 },
        step: { path: '/do/0/ask', name: 'ask', attempt: 1 },
      });
      first.close();

      answer.say('Swiss ');
      const other = await startApi({});
      const late = await openStream(eventsUrl(runId, '', other.url));
      await late.until(says('Swiss '));
      expect(chunksOf(late.frames)).toEqual(['1 In the ', '2 Swiss ']);

      const step = isObject(chunk?.['step']) ? Number(chunk['step']['id']) : 0;
      const resumed = await openStream(eventsUrl(runId, `?frames=${step}:1`), {
        'last-event-id': '2',
      });
      const silent = await openStream(eventsUrl(runId, '?frames=none'));
      answer.say('Alps.');
      answer.end();
      for (const stream of [late, resumed, silent]) await stream.until(isOver);
      expect(chunksOf(resumed.frames)).toEqual(['2 Swiss ', '3 Alps.']);
      expect(chunksOf(late.frames)).toEqual(['1 In the ', '2 Swiss ', '3 Alps.']);
      expect(chunksOf(silent.frames)).toEqual([]);
      const order = late.frames.map(({ event }) => event);
      expect(order.lastIndexOf('agent.chunk')).toBeLessThan(order.indexOf('step.completed'));
      await other.stop();

      const left = (): Promise<readonly unknown[]> =>
        select('SELECT frame_offset FROM live_frames WHERE run_id = $1', [runId]);
      await eventually(left, (rows) => rows.length === 0);
      const replayed = await openStream(eventsUrl(runId));
      expect(chunksOf(await replayed.until(isOver))).toEqual([]);
    },
  );

  it(verifies('RUN-10', 'begins anew with each attempt, which says so'), async () => {
    const runId = await startAsking();
    const stream = await openStream(eventsUrl(runId));
    const broken = await model.nextCall();
    broken.say('In the Black');
    await stream.until(says('Black'));
    broken.drop();
    const answer = await model.nextCall();
    answer.say('In the Alps.');
    await stream.until(says('Alps.'));
    answer.end();
    await stream.until(isOver);
    const chunks = stream.frames.filter(({ event }) => event === 'agent.chunk').map(dataOf);
    expect(chunks.map(({ text, step }) => [text, isObject(step) ? step['attempt'] : 0])).toEqual([
      ['In the Black', 1],
      ['In the Alps.', 2],
    ]);
  });

  it(verifies('RUN-10', 'is kept as events of the run where it is a call of a tool'), async () => {
    const runId = await startAsking();
    const stream = await openStream(eventsUrl(runId));
    const answer = await model.nextCall();
    answer.callTool({ id: 'c-1', name: 'look', arguments: '{"at":"Rhine"}' });
    answer.end('tool_calls');
    await ended(runId);
    await stream.until(isOver);
    const told = (await events(runId)).filter(({ type }) => type === 'agent.tool_call');
    expect(told).toMatchObject([
      { step: { name: 'ask' }, toolCall: { id: 'c-1', name: 'look', arguments: { at: 'Rhine' } } },
    ]);
    const shown = stream.frames.filter(({ event }) => event === 'agent.tool_call');
    expect(shown.filter(({ id }) => id !== '').map(({ id }) => Number(id))).toEqual([told[0]?.['position']]);
  });
});
