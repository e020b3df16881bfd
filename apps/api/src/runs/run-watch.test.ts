import { describe, expect, it } from '@jest/globals';
import { parseRunId } from '@baton/core';
import type { Notification, Notifications } from '@baton/store';
import { createBell, createRunWatch } from './run-watch.ts';

const ID = parseRunId('0190a000-0000-7000-8000-000000000001');

const OTHER = '0190a000-0000-7000-8000-000000000002';

type Channel = Parameters<Notifications['subscribe']>[0];

/** A watch, and the hand that sends notices. */
function openWatch() {
  const listeners = new Map<Channel, (notice: Notification) => void>();
  const watch = createRunWatch({
    subscribe: (channel, listener) => {
      listeners.set(channel, listener);
      return () => void listeners.delete(channel);
    },
    stop: async () => undefined,
  });
  const notify = (channel: Channel, notice: Notification): void => listeners.get(channel)?.(notice);
  return { watch, notify };
}

describe('createRunWatch()', () => {
  if (ID === null) throw new Error('no id');

  it('tells the listeners of the runs a notice names, and everybody on a resync', () => {
    const { watch, notify } = openWatch();
    let calls = 0;
    const end = watch.subscribe(ID, () => (calls += 1));
    notify('baton_runs', { kind: 'message', payload: `x.${ID},y.${OTHER}` });
    notify('baton_runs', { kind: 'message', payload: OTHER });
    notify('baton_runs', { kind: 'resync' });
    end();
    notify('baton_runs', { kind: 'resync' });
    expect(calls).toBe(2);
  });

  it('tells who waits for an end of ends only', () => {
    const { watch, notify } = openWatch();
    let calls = 0;
    watch.subscribeEnd(ID, () => (calls += 1));
    notify('baton_runs', { kind: 'message', payload: `x.${ID}` });
    notify('baton_run_ends', { kind: 'message', payload: `x.${OTHER}` });
    expect(calls).toBe(0);
    notify('baton_run_ends', { kind: 'message', payload: `x.${ID}` });
    notify('baton_run_ends', { kind: 'resync' });
    expect(calls).toBe(2);
  });

  it('tells at once of an end that came before anybody waited for it', () => {
    const { watch, notify } = openWatch();
    notify('baton_run_ends', { kind: 'message', payload: `x.${ID}` });
    let calls = 0;
    watch.subscribeEnd(ID, () => (calls += 1));
    expect(calls).toBe(1);
  });

  it('listens to nothing once it is stopped', () => {
    const { watch, notify } = openWatch();
    let calls = 0;
    watch.subscribe(ID, () => (calls += 1));
    watch.subscribeEnd(ID, () => (calls += 1));
    watch.stop();
    notify('baton_runs', { kind: 'resync' });
    notify('baton_run_ends', { kind: 'resync' });
    expect(calls).toBe(0);
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
