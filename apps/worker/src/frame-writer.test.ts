import { parseRunId, parseWorkspaceId } from '@baton/core';
import type { NewFrame, StepKey } from '@baton/store';
import type { LiveDelivery, LiveLine } from '@baton/temporal-activities';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createFrameWriter, type FrameWriter } from './frame-writer.ts';

const write = jest.fn<(frames: readonly NewFrame[]) => Promise<void>>();
const remove = jest.fn<(steps: readonly StepKey[]) => Promise<void>>();
const onError = jest.fn<(error: unknown) => void>();
let writer: FrameWriter;

beforeEach(() => {
  jest.useFakeTimers();
  write.mockReset().mockResolvedValue();
  remove.mockReset().mockResolvedValue();
  onError.mockReset();
  writer = createFrameWriter({ frames: { write, remove }, onError });
});
afterEach(async () => {
  await writer.stop();
  jest.useRealTimers();
});

function aDelivery(stepId = 1): LiveDelivery {
  const [workspaceId, runId] = [parseWorkspaceId(randomUUID()), parseRunId(randomUUID())];
  if (workspaceId === null || runId === null) throw new Error('A random UUID is no id.');
  return { scope: { workspaceId }, runId, stepId, attempt: 1, delivery: 1 };
}

const chunk = (line: LiveLine, data: string): void => line.tell({ type: 'agent.chunk', data });

/** What the n-th statement has stored. */
const stored = (n: number) =>
  write.mock.calls[n]?.[0].map(({ stepId, type, data, lost }) => ({ stepId, type, data, lost }));

describe('createFrameWriter()', () => {
  it('stores what all calls of a moment have told with one statement, texts that go on as one', async () => {
    const [a, b] = [writer.open(aDelivery(1)), writer.open(aDelivery(2))];
    chunk(a, 'Riv');
    b.tell({ type: 'agent.tool_call', data: { id: '1', name: 'look', arguments: {} } });
    chunk(a, 'ers');
    a.tell({ type: 'agent.thinking', data: 'Hm' });
    await jest.advanceTimersByTimeAsync(60);
    expect(write).toHaveBeenCalledTimes(1);
    expect(stored(0)).toEqual([
      { stepId: 1, type: 'agent.chunk', data: 'Rivers', lost: 0 },
      { stepId: 1, type: 'agent.thinking', data: 'Hm', lost: 0 },
      { stepId: 2, type: 'agent.tool_call', data: { id: '1', name: 'look', arguments: {} }, lost: 0 },
    ]);
  });

  it('stores nothing for a call that tells nothing, and does not wait for it', async () => {
    const line = writer.open(aDelivery());
    line.tell({ type: 'agent.usage', data: {} });
    chunk(line, '');
    line.tell({ type: 'agent.tool_call', data: 'look' });
    await line.close();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(write).not.toHaveBeenCalled();
    expect(remove).not.toHaveBeenCalled();
  });

  it('stores the last frames before a call ends, takes none afterwards, and removes all a while later', async () => {
    const of = aDelivery();
    const line = writer.open(of);
    chunk(line, 'Rivers.');
    await line.close();
    expect(stored(0)).toEqual([{ stepId: 1, type: 'agent.chunk', data: 'Rivers.', lost: 0 }]);
    chunk(line, 'late');
    await jest.advanceTimersByTimeAsync(4_900);
    expect(remove).not.toHaveBeenCalled();
    const other = writer.open(aDelivery(2));
    chunk(other, 'x');
    await other.close();
    await jest.advanceTimersByTimeAsync(200);
    expect(remove.mock.calls).toEqual([[[of]]]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(remove).toHaveBeenCalledTimes(2);
    expect(write).toHaveBeenCalledTimes(2);
  });

  it('gives up what the database does not take, says so once, and leaves a gap', async () => {
    write.mockRejectedValueOnce(new Error('away')).mockRejectedValueOnce(new Error('away'));
    const line = writer.open(aDelivery());
    chunk(line, 'a');
    line.tell({ type: 'agent.message', data: 'b' });
    await jest.advanceTimersByTimeAsync(60);
    chunk(line, 'c');
    await jest.advanceTimersByTimeAsync(60);
    chunk(line, 'd');
    await jest.advanceTimersByTimeAsync(60);
    expect(stored(2)).toEqual([{ stepId: 1, type: 'agent.chunk', data: 'd', lost: 3 }]);
    expect(onError).toHaveBeenCalledTimes(1);
  });

  it('lets no call wait long for a database that does not answer', async () => {
    const answered = Promise.withResolvers<undefined>();
    write.mockReturnValueOnce(answered.promise);
    const line = writer.open(aDelivery());
    chunk(line, 'a');
    let closed = false;
    const closing = line.close().then(() => (closed = true));
    await jest.advanceTimersByTimeAsync(400);
    expect(closed).toBe(false);
    await jest.advanceTimersByTimeAsync(100);
    await closing;
    answered.resolve(undefined);
  });

  it('drops the oldest frames of a call that tells more than can be kept', async () => {
    const line = writer.open(aDelivery());
    for (let n = 0; n < 30; n += 1) chunk(line, 'x'.repeat(16_384));
    chunk(line, `${'y'.repeat(16_383)}😀`);
    await jest.advanceTimersByTimeAsync(60);
    const frames = stored(0) ?? [];
    expect(frames[0]).toMatchObject({ data: 'x'.repeat(16_384), lost: 16 });
    expect(frames.slice(-2).map(({ data }) => data)).toEqual(['y'.repeat(16_383), '😀']);
  });

  it('cuts tool calls that are too large', async () => {
    const line = writer.open(aDelivery());
    const result = 'z'.repeat(50_000);
    line.tell({ type: 'agent.tool_call', data: { id: '1', name: 'look', arguments: { result } } });
    line.tell({ type: 'agent.tool_result', data: { id: '1', name: 'look', result, isError: true } });
    await jest.advanceTimersByTimeAsync(60);
    const cut = { id: '1', name: 'look', truncated: true };
    expect(stored(0)).toMatchObject([
      { data: { ...cut, arguments: expect.stringMatching(/^\{"result":"z+…$/) } },
      { data: { ...cut, result: expect.stringMatching(/^"z+…$/), isError: true } },
    ]);
  });
});
