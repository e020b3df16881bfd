import { describe, expect, it } from '@jest/globals';
import { BatonError, createClient, type RunStreamEvent } from '@baton/sdk';
import { textOf } from './http.ts';
import { askHuman, createScenario } from './scenario.ts';
import { verifies } from './verifies.ts';

const { apiUrl, publish, name } = createScenario();

const alice = createClient({ baseUrl: apiUrl, token: 'dev:alice' });
const eve = createClient({ baseUrl: apiUrl, token: 'dev:eve:editor' });

/** Fetches until it is told to break the connections of event streams, which it counts. */
function createFragileFetch(): { readonly fetch: typeof fetch; readonly streams: () => number; cut(): void } {
  const open = new Set<AbortController>();
  let streams = 0;
  return {
    streams: () => streams,
    cut: () => {
      for (const line of open) line.abort(new Error('The line was cut.'));
      open.clear();
    },
    fetch: async (input, init = {}) => {
      const accept = new Headers(init.headers).get('accept');
      if (accept !== 'text/event-stream') return fetch(input, init);
      streams += 1;
      const line = new AbortController();
      open.add(line);
      const signals = [line.signal, ...(init.signal instanceof AbortSignal ? [init.signal] : [])];
      return fetch(input, { ...init, signal: AbortSignal.any(signals) });
    },
  };
}

function positions(events: readonly RunStreamEvent[]): readonly (number | null)[] {
  return events.map(({ position }) => position);
}

describe('the SDK', () => {
  it(
    verifies('SDK-1', 'starts, follows over lost connections without gap or repeat, and decides'),
    async () => {
      const workflow = await publish([
        { first: { set: { n: 1 } } },
        { ask: askHuman({ candidates: { roles: ['editor'] } }, { title: 'On?' }) },
        { nap: { wait: { milliseconds: 200 } } },
        { say: { set: '${ { outcome } }' } },
      ]);
      const line = createFragileFetch();
      const follower = createClient({ baseUrl: apiUrl, token: 'dev:alice', fetch: line.fetch });
      const started = await alice.runs.start(workflow, { input: { a: 1 }, tags: { by: 'sdk' } });
      expect(started).toMatchObject({ workflow, version: '1.0.0', tags: { by: 'sdk' } });
      const seen: RunStreamEvent[] = [];
      for await (const event of follower.runs.events(started.id)) {
        seen.push(event);
        if (event.type === 'step.completed') line.cut();
        if (event.type !== 'human_task.opened') continue;
        line.cut();
        const task = await eve.humanTasks.get(textOf({ ...event }, 'humanTaskId'));
        expect(await eve.humanTasks.decide(task, { action: 'approve' })).toMatchObject({ action: 'approve' });
      }
      expect(seen.at(-1)?.type).toBe('run.completed');
      expect(positions(seen)).toEqual(seen.map((_event, index) => index + 1));
      expect(line.streams()).toBeGreaterThan(1);
      const later: RunStreamEvent[] = [];
      for await (const event of follower.runs.events(started.id, { after: 3 })) later.push(event);
      expect(positions(later)).toEqual(positions(seen).slice(3));
      expect(await alice.runs.get(started.id)).toMatchObject({
        status: 'completed',
        output: { outcome: 'approve' },
      });
      expect((await alice.runs.list({ tag: ['by:sdk'], workflow })).items.map(({ id }) => id)).toEqual([
        started.id,
      ]);
      expect((await alice.runs.steps(started.id)).map((step) => step.name)).toEqual([
        'first',
        'ask',
        'nap',
        'say',
      ]);
    },
  );

  it(verifies('SDK-1', 'ends a stream that is given up, and tells refusals as problems'), async () => {
    const workflow = await publish([{ nap: { wait: 'PT1H' } }]);
    const { id } = await alice.runs.start(workflow, {}, { idempotencyKey: name('key') });
    const giveUp = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const event of alice.runs.events(id, { signal: giveUp.signal }))
        if (event.type === 'run.waiting') giveUp.abort(new Error('Enough.'));
    };
    await expect(follow()).rejects.toThrow('Enough.');
    await alice.runs.cancel(id, { reason: 'Enough.' });
    const refusalOf = async (work: Promise<unknown>): Promise<unknown> => {
      const error: unknown = await work.then(
        () => null,
        (reason: unknown) => reason,
      );
      return error instanceof BatonError
        ? { status: error.status, errors: error.problem.errors, id: error.requestId }
        : error;
    };
    const requestId = expect.stringMatching(/^\S+$/);
    expect(await refusalOf(alice.runs.get(workflow))).toEqual({
      status: 404,
      errors: undefined,
      id: requestId,
    });
    expect(await refusalOf(alice.runs.start(workflow, { version: '9.9.9' }))).toEqual({
      status: 422,
      errors: [expect.objectContaining({ pointer: '/version' })],
      id: requestId,
    });
    const vera = createClient({ baseUrl: apiUrl, token: 'dev:vera:viewer' });
    expect(await refusalOf(vera.runs.start(workflow))).toMatchObject({ status: 403 });
    const nobody = createClient({ baseUrl: apiUrl, token: 'x' });
    expect(await refusalOf(nobody.runs.list())).toMatchObject({ status: 401 });
  });
});
