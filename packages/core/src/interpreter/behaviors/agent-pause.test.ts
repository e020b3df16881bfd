import { describe, expect, it } from '@jest/globals';
import { errorType } from '../../failure.ts';
import { parseJson } from '../../json-codec.ts';
import type { Json, JsonObject } from '../../json.ts';
import { errorOf, eventsOf, outputOf, start, told, type Hand } from '../hand-runtime-fixture.ts';

const call = (args: JsonObject = {}): Hand =>
  start([{ a: { call: 'agent', with: { agent: 'writer', input: { topic: 'tea' }, ...args } } }]);

const paused = (pause: JsonObject): JsonObject => ({
  output: null,
  finish: 'pause',
  pause: { kind: 'approval', title: 'Send it?', resume: { thread: 't-1' }, ...pause },
});

const reply = (hand: Hand, result: Json): unknown =>
  hand.feed({ kind: 'completed', command: hand.of('a').id, result });

const decide = (hand: Hand, outcome: string, more: JsonObject = {}): unknown =>
  reply(hand, { outcome, ...more, humanTaskId: 'h-1' });

/** The command of the step that is open, without what differs from run to run. */
const asked = (hand: Hand): Json => parseJson(JSON.stringify(hand.of('a')));

const ITEMS = [
  { id: 'c-1', name: 'send', arguments: { to: 'ada' }, description: 'Sends a mail.' },
  { id: 'c-2', name: 'delete', arguments: {} },
];

describe('an agent that pauses', () => {
  it('asks people, and goes on with their answer under a key of its own', () => {
    const hand = call({
      session: 's-1',
      pauses: { policy: { candidates: { users: ['ada'] } }, expires: 'PT1H' },
    });
    const first = hand.of('a');
    reply(hand, paused({ body: 'To all.', form: { type: 'object' } }));
    expect(asked(hand)).toMatchObject({
      kind: 'open-human-task',
      idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/),
      task: {
        kind: 'approval',
        title: 'Send it?',
        body: 'To all.',
        context: { agent: 'writer@1.0.0', pause: 'approval' },
        form: { type: 'object' },
        actions: [{ id: 'approve' }, { id: 'reject' }],
        policy: { mode: 'any', candidates: { users: ['ada'], roles: [] }, excludeRequester: true },
        expiresAt: expect.any(String),
        onExpire: 'reject',
      },
    });
    hand.feed({ kind: 'human-task-opened', command: hand.of('a').id, humanTaskId: 'h-1' });
    expect(told(hand)).toEqual(
      expect.arrayContaining(['human_task.opened a', 'step.waiting a', 'run.waiting']),
    );
    decide(hand, 'approve', { comment: 'Fine.' });
    expect(eventsOf(hand, 'human_task.decided')).toMatchObject([{ humanTaskId: 'h-1', outcome: 'approve' }]);
    const second = hand.of('a');
    expect(second).toMatchObject({
      kind: 'invoke-agent',
      input: { topic: 'tea' },
      session: 's-1',
      local: false,
      resume: { state: { thread: 't-1' }, answer: { outcome: 'approve', comment: 'Fine.' } },
    });
    expect(new Set([first, second].map((command) => JSON.stringify(command))).size).toBe(2);
    expect('idempotencyKey' in first && 'idempotencyKey' in second && first.idempotencyKey).not.toBe(
      'idempotencyKey' in second && second.idempotencyKey,
    );
    hand.answer('a', 'sent');
    expect(outputOf(hand)).toBe('sent');
  });

  it('has every item decided by itself, one after the other', () => {
    const hand = call();
    reply(
      hand,
      paused({
        kind: 'tool_call',
        items: [...ITEMS, 'no item', { id: 'nameless' }, { name: 'without id' }],
        actions: [],
      }),
    );
    expect(asked(hand)).toMatchObject({
      task: {
        title: 'Send it?: send',
        body: 'Sends a mail.',
        context: { item: { id: 'c-1', arguments: { to: 'ada' } } },
      },
    });
    decide(hand, 'approve');
    expect(asked(hand)).toMatchObject({
      task: { title: 'Send it?: delete', context: { item: { id: 'c-2' } } },
    });
    decide(hand, 'reject', { comment: 'Never.' });
    expect(hand.of('a')).toMatchObject({
      resume: {
        answer: {
          outcome: 'reject',
          items: [
            { id: 'c-1', outcome: 'approve' },
            { id: 'c-2', outcome: 'reject', comment: 'Never.' },
          ],
        },
      },
    });
    const all = call();
    reply(all, paused({ kind: 'tool_call', items: ITEMS }));
    decide(all, 'approve');
    decide(all, 'approve');
    expect(all.of('a')).toMatchObject({ resume: { answer: { outcome: 'approve' } } });
  });

  it('may pause again, counts what each answer used, and is stopped when it does not end', () => {
    const hand = call();
    for (let n = 1; n <= 100; n += 1) {
      reply(hand, { ...paused({ title: `Question ${n}` }), usage: { inputTokens: 1 } });
      decide(hand, 'approve');
    }
    expect(hand.state.usage).toMatchObject({ inputTokens: 100, calls: 100 });
    reply(hand, paused({}));
    expect(errorOf(hand)).toMatchObject({
      type: errorType('runtime'),
      detail: 'Agent "writer@1.0.0" has paused more than 100 times in one call.',
    });
  });

  it('is tried again with the same answer, and a lost human task is not', () => {
    const hand = call();
    reply(hand, paused({}));
    decide(hand, 'approve');
    const before = hand.of('a');
    hand.fail('a');
    hand.fire();
    const after = hand.of('a');
    expect({ ...after, id: 0, step: null }).toEqual({ ...before, id: 0, step: null });
    hand.answer('a', 'sent');
    expect(outputOf(hand)).toBe('sent');
    const lost = call();
    reply(lost, paused({}));
    lost.fail('a');
    expect(errorOf(lost)).toMatchObject({ type: errorType('communication'), instance: '/do/0/a' });
  });

  it('asks whatever the adapter has left out', () => {
    const hand = call();
    reply(hand, { output: 1, finish: 'pause', pause: 'what?' });
    expect(asked(hand)).toMatchObject({ task: { title: 'The agent asks', context: { pause: 'approval' } } });
    decide(hand, 'approve');
    expect(hand.of('a')).toMatchObject({ resume: { state: null } });
    const odd = call();
    const actions = [{ id: 'go', outcome: 'approve', requireComment: false }];
    reply(odd, paused({ kind: 'choice', items: 'none', form: 'none', actions, body: 5 }));
    expect(asked(odd)).toMatchObject({ task: { actions, context: { pause: 'choice' } } });
  });

  it('opens no human task before', () => {
    const hand = call();
    hand.feed({ kind: 'human-task-opened', command: hand.of('a').id, humanTaskId: 'h-1' });
    expect(told(hand)).not.toContain('human_task.opened a');
  });

  it('that says so without a pause has answered', () => {
    const hand = call();
    reply(hand, { output: 1, finish: 'pause' });
    expect(outputOf(hand)).toBe(1);
    const mute = call();
    reply(mute, { output: 2, pause: { title: 'Ignored' } });
    expect(outputOf(mute)).toBe(2);
  });
});
