import { AgentFailureError, type AgentResume } from '@baton/agents';
import { failure, NO_USAGE, type AgentReply, type Json } from '@baton/core';
import { readCallbackToken } from '@baton/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Caller } from './activity-fixture.ts';
import { askOrAwait, createCallbackDesk } from './callback-desk.ts';
import { createActivityStore, type ActivityStore } from './store-fixture.ts';

let fixture: ActivityStore;
let caller: Caller;
beforeAll(async () => {
  fixture = await createActivityStore();
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  caller = await fixture.accepted();
  urls = [];
  ask.mockReset().mockImplementation(acceptedOrRead);
});

const LATER: AgentReply = {
  output: null,
  usage: NO_USAGE,
  finish: 'pause',
  pause: { kind: 'callback', title: 'Later', resume: null },
};

let urls: (string | null)[];
const ask = jest.fn<(resume?: AgentResume, url?: string | null) => Promise<AgentReply>>();
const acceptedOrRead = async (resume?: AgentResume): Promise<AgentReply> =>
  resume === undefined ? LATER : { output: resume.answer, usage: NO_USAGE, finish: 'stop' };

const aboutKey = (key: string, { calledBack = false, withinMs = 60_000 } = {}): Promise<Json> =>
  caller.run(async () => {
    const desk = createCallbackDesk({
      callbacks: fixture.store.callbacks,
      publicUrl: 'https://baton.example/',
    });
    const late = desk.of({ key, deadlineAt: Date.now() + withinMs });
    const tooLate = (): AgentFailureError => new AgentFailureError(failure('timeout', 'Too late.'));
    const told = await askOrAwait({ late, calledBack, tooLate }, async (resume) => {
      const url = resume === undefined ? await late.open() : null;
      if (resume === undefined) urls.push(url);
      return ask(resume, url);
    });
    return 'kind' in told ? { ...told } : told.output;
  }, undefined);

/** Answers to the URL that was opened last. */
async function send(body: string): Promise<string> {
  const token = readCallbackToken((urls.at(-1) ?? '').split('/').at(-1) ?? '');
  if (token === null) throw new Error('No URL was opened.');
  return fixture.store.callbacks.answer(token.scope, token.tokenHash, { mediaType: 'text/plain', body });
}

const READ = { mediaType: 'text/plain', body: 'tea' };

describe('askOrAwait()', () => {
  it('says that the answer comes later, then reads it, and asks the agent once', async () => {
    expect(await aboutKey('k-1')).toEqual({ kind: 'later', until: expect.any(String) });
    expect(urls[0]).toMatch(/^https:\/\/baton\.example\/v1\/callbacks\/[\w-]{64}$/);
    expect(await aboutKey('k-1')).toMatchObject({ kind: 'later' });
    expect(await aboutKey('k-1', { calledBack: true })).toMatchObject({ kind: 'later' });
    expect(await send('tea')).toBe('received');
    expect(await aboutKey('k-1', { calledBack: true })).toEqual(READ);
    // A worker that was lost meanwhile is followed by another.
    expect(await aboutKey('k-1')).toEqual(READ);
    expect(urls).toHaveLength(1);
  });

  it('reads an answer that comes before the agent has said that it will', async () => {
    ask.mockImplementation(async (resume) => {
      if (resume === undefined) await send('tea');
      return acceptedOrRead(resume);
    });
    expect(await aboutKey('k-2')).toEqual(READ);
  });

  it('asks again under a URL of its own when a worker was lost while it asked', async () => {
    ask.mockRejectedValueOnce(new Error('lost'));
    await expect(aboutKey('k-3')).rejects.toThrow('lost');
    expect(await aboutKey('k-3')).toMatchObject({ kind: 'later' });
    expect(new Set(urls).size).toBe(2);
  });

  it('forgets an answer that is refused, so that the agent is asked again', async () => {
    await aboutKey('k-4');
    await send('no');
    ask.mockRejectedValueOnce(new Error('failed'));
    await expect(aboutKey('k-4', { calledBack: true })).rejects.toThrow('failed');
    expect(await aboutKey('k-4')).toMatchObject({ kind: 'later' });
    expect(await send('tea')).toBe('received');
    expect(await aboutKey('k-4', { calledBack: true })).toEqual(READ);
  });

  it('fails at the deadline, and takes nothing afterwards', async () => {
    await aboutKey('k-5', { withinMs: 400 });
    const { callbacks } = fixture.store;
    while ((await callbacks.find(caller.scope, 'k-5')) !== null) await new Promise(setImmediate);
    await expect(aboutKey('k-5', { calledBack: true })).rejects.toThrow('Too late.');
    expect(await send('tea')).toBe('gone');
  });

  it('knows an answer at once from one that comes later', async () => {
    ask.mockResolvedValue({ output: 'tea', usage: NO_USAGE, finish: 'stop' });
    expect(await aboutKey('k-6')).toBe('tea');
  });
});

describe('closeAgentCallback()', () => {
  it('makes the URLs of a delivery unusable', async () => {
    await aboutKey('k-7');
    const desk = createCallbackDesk({ callbacks: fixture.store.callbacks, publicUrl: null });
    await caller.run(desk.closeAgentCallback, { idempotencyKey: 'k-7' });
    expect(await send('tea')).toBe('gone');
  });

  it('gives no URL where nobody could reach it', async () => {
    const desk = createCallbackDesk({ callbacks: fixture.store.callbacks, publicUrl: null });
    const url = await caller.run(
      async () => desk.of({ key: 'k-8', deadlineAt: Date.now() + 1_000 }).open(),
      undefined,
    );
    expect(url).toBeNull();
  });
});
