import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseRunNotice } from './notifications.ts';
import type { RunKey } from './events-read.ts';
import type { FrameListParams, FrameRecord, NewFrame } from './frames.ts';
import { aBatch, aStep, otherScope, sinkEvent } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
let run: RunKey;
beforeAll(async () => {
  fixture = await createStoreFixture();
}, 60_000);
afterAll(() => fixture.stop());
beforeEach(async () => {
  run = await fixture.accept();
  await append(
    sinkEvent(1, { type: 'run.started', input: null }),
    sinkEvent(2, { type: 'step.started', step: AGENT, input: null }),
    sinkEvent(3, { type: 'step.started', step: aStep(2), input: null }),
  );
});

const AGENT = aStep(1, { kind: 'call-agent', iteration: 4 });
const done = (seq: number) => sinkEvent(seq, { type: 'step.completed', step: AGENT, output: 'done' });

async function append(...events: readonly ReturnType<typeof sinkEvent>[]): Promise<void> {
  await fixture.store.events.append([aBatch(run, events)]);
}

const chunk = (data: string, more: Partial<NewFrame> = {}): NewFrame => ({
  ...run,
  ...{ stepId: 1, attempt: 1, delivery: 1, type: 'agent.chunk', data, lost: 0, ...more },
});

const write = (...frames: readonly NewFrame[]): Promise<void> => fixture.store.frames.write(frames);

function list(more: Partial<FrameListParams> = {}): Promise<readonly FrameRecord[]> {
  const params = { after: new Map(), seen: 3, limit: 5_000, ...more };
  return fixture.store.frames.list(run.scope, run.runId, params);
}

const shown = (frames: readonly FrameRecord[]): readonly string[] =>
  frames.map(({ step, offset, data }) => `${step.id}:${offset} ${JSON.stringify(data)}`);

describe('write() and list()', () => {
  it('gives frames back by step in the order in which they were told, with where they were told', async () => {
    await write(chunk('a'), chunk('x', { stepId: 2 }), chunk('b\0'));
    await write(chunk('c', { type: 'agent.tool_call', data: { id: '1' }, delivery: 2 }));
    expect(shown(await list())).toEqual(['1:1 "a"', '1:2 "b\\u0000"', '1:3 {"id":"1"}', '2:1 "x"']);
    expect((await list())[2]).toEqual({
      step: AGENT,
      ...{ offset: 3, delivery: 2, type: 'agent.tool_call', data: { id: '1' }, at: expect.any(String) },
    });
    expect(shown(await list({ after: new Map([[1, 2]]) }))).toEqual(['1:3 {"id":"1"}', '2:1 "x"']);
    expect(shown(await list({ limit: 1 }))).toEqual(['1:1 "a"']);
  });

  it('is of one workspace', async () => {
    await write(chunk('a'));
    const seen = { after: new Map(), seen: 3, limit: 10 };
    expect(await fixture.store.frames.list(otherScope(), run.runId, seen)).toEqual([]);
  });

  it('leaves a gap for what was lost', async () => {
    await write(chunk('a'), chunk('b', { lost: 3 }));
    expect(shown(await list())).toEqual(['1:1 "a"', '1:5 "b"']);
  });

  it('keeps the last 2,000 frames and 256 KiB of a step', async () => {
    await write(...Array.from({ length: 1_500 }, (_, n) => chunk(String(n))), chunk('other', { stepId: 2 }));
    await write(...Array.from({ length: 1_000 }, (_, n) => chunk(String(n))));
    const offsets = (await list()).flatMap(({ step, offset }) => (step.id === 1 ? [offset] : []));
    expect([offsets.length, offsets[0], offsets.at(-1)]).toEqual([2_000, 501, 2_500]);
    await write(chunk('y'.repeat(200_000)), chunk('z'.repeat(200_000)));
    expect((await list()).map(({ step, offset }) => `${step.id}:${offset}`)).toEqual(['1:2502', '2:1']);
  });

  it('shows the attempt that runs', async () => {
    await write(chunk('first'));
    await append(sinkEvent(4, { type: 'step.started', step: { ...AGENT, attempt: 2 }, input: null }));
    await write(chunk('second', { attempt: 2 }));
    expect(shown(await list({ seen: 4 }))).toEqual(['1:2 "second"']);
  });

  it('shows nothing to who has not seen all events, and nothing of a step that has ended', async () => {
    await write(chunk('a'), chunk('x', { stepId: 2 }));
    expect(await list({ seen: 2 })).toEqual([]);
    await append(done(4));
    expect(await list()).toEqual([]);
    expect(shown(await list({ seen: 4 }))).toEqual(['2:1 "x"']);
    expect(shown(await list({ seen: 4, steps: [1] }))).toEqual(['1:1 "a"']);
  });

  it('takes nothing more for a step that has ended', async () => {
    await write(chunk('a'));
    await append(done(4));
    await write(chunk('late'), chunk('x', { stepId: 2 }));
    expect(shown(await list({ seen: 4, steps: [1, 2] }))).toEqual(['1:1 "a"', '2:1 "x"']);
  });

  it('tells who listens of which runs there are frames', async () => {
    const other = await fixture.accept();
    const heard: string[] = [];
    const { notifications } = fixture.store;
    const ready = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    const end = notifications.subscribe('baton_frames', (notice) => {
      if (notice.kind === 'resync') return ready.resolve();
      heard.push(...parseRunNotice(notice.payload).map(({ runId }) => runId));
      told.resolve();
    });
    await ready.promise;
    await write(chunk('a'), chunk('b'), chunk('c', other));
    await told.promise;
    end();
    expect(heard.toSorted()).toEqual([run.runId, other.runId].toSorted());
  });
});

describe('remove() and sweep()', () => {
  it('takes away what was told by steps that have ended, and nothing else', async () => {
    await write(chunk('a'), chunk('x', { stepId: 2 }));
    await append(done(4));
    await fixture.store.frames.remove([
      { ...run, stepId: 1 },
      { ...run, stepId: 2 },
    ]);
    expect(shown(await list({ seen: 4, steps: [1, 2] }))).toEqual(['2:1 "x"']);
  });

  it('sweeps what nobody has removed, also of runs that are nowhere', async () => {
    await fixture.store.frames.sweep(0);
    await write(chunk('a'), chunk('x', { stepId: 2 }), chunk('y', { stepId: 9 }));
    await append(done(4));
    expect(await fixture.store.frames.sweep(3_600_000)).toBe(1);
    expect(await fixture.store.frames.sweep(0)).toBe(1);
    expect(shown(await list({ seen: 4, steps: [1, 2] }))).toEqual(['2:1 "x"']);
  });
});
