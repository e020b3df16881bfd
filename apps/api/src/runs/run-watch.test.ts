import { describe, expect, it } from '@jest/globals';
import { parseRunId } from '@baton/core';
import type { Notification } from '@baton/store';
import { createBell, createRunWatch } from './run-watch.ts';

const ID = parseRunId('0190a000-0000-7000-8000-000000000001');

describe('createRunWatch()', () => {
  it('tells the listeners of the runs a notice names, and everybody on a resync', () => {
    if (ID === null) throw new Error('no id');
    let notify: (notice: Notification) => void = () => undefined;
    const watch = createRunWatch({
      subscribe: (_channel, listener) => {
        notify = listener;
        return () => undefined;
      },
      stop: async () => undefined,
    });
    let calls = 0;
    const end = watch.subscribe(ID, () => (calls += 1));
    notify({ kind: 'message', payload: `x.${ID},y.0190a000-0000-7000-8000-000000000002` });
    notify({ kind: 'message', payload: '0190a000-0000-7000-8000-000000000002' });
    notify({ kind: 'resync' });
    end();
    notify({ kind: 'resync' });
    expect(calls).toBe(2);
  });
});

describe('createBell()', () => {
  it('remembers a ring nobody waited for', async () => {
    const bell = createBell();
    bell.ring();
    bell.ring();
    const { signal } = new AbortController();
    expect([await bell.wait(1_000, signal), await bell.wait(1, signal)]).toEqual(['rung', 'timeout']);
  });

  it('ends with its signal', async () => {
    const left = new AbortController();
    const waiting = createBell().wait(10_000, left.signal);
    left.abort();
    expect(await waiting).toBe('aborted');
    expect(await createBell().wait(10_000, left.signal)).toBe('aborted');
  });
});
