import { describe, expect, it } from '@jest/globals';
import { errorType } from '../../failure.ts';
import type { Json, JsonObject } from '../../json.ts';
import { BEGIN, errorOf, eventsOf, outputOf, start, told, type Hand } from '../hand-runtime-fixture.ts';
import { candidateNames } from './call-human.ts';

const ask = (args: JsonObject = {}, input: Json = {}): Hand =>
  start([{ h: { call: 'human', with: { title: 'Sure?', ...args } } }], { input });

const taskOf = (hand: Hand): unknown => {
  const command = hand.of('h');
  return command.kind === 'open-human-task' ? command.task : null;
};

const decided = (outcome: string): JsonObject => ({ humanTaskId: 'task-1', outcome, action: outcome });

describe('call: human', () => {
  it('opens a task with every expression evaluated', () => {
    const form = { type: 'object', properties: { note: { type: 'string' } } };
    const hand = ask(
      {
        title: 'Publish "${ .name }"?',
        body: '${ .summary }',
        context: { all: '${ . }' },
        form,
        actions: [{ id: 'go', label: 'Go', outcome: 'approve', requireComment: true }],
        policy: {
          mode: 'quorum',
          n: 2,
          candidates: { users: '${ .people }', roles: ['editor'] },
          excludeRequester: false,
        },
        priority: 2,
        due: 'PT1H',
        expires: '${ .expires }',
      },
      { name: 'Book', summary: 'Short.', people: ['ann', 'bob', 'ann'], expires: 'P1D' },
    );
    expect(taskOf(hand)).toEqual({
      kind: 'approval',
      title: 'Publish "Book"?',
      body: 'Short.',
      context: { all: { name: 'Book', summary: 'Short.', people: ['ann', 'bob', 'ann'], expires: 'P1D' } },
      form,
      actions: [{ id: 'go', label: 'Go', outcome: 'approve', requireComment: true }],
      policy: {
        mode: 'quorum',
        n: 2,
        candidates: { users: ['ann', 'bob'], roles: ['editor'] },
        excludeRequester: false,
      },
      priority: 2,
      dueAt: new Date(BEGIN + 3_600_000).toISOString(),
      expiresAt: new Date(BEGIN + 86_400_000).toISOString(),
      onExpire: 'reject',
      visit: 0,
    });
  });

  it('has defaults for all but the title', () => {
    expect(taskOf(ask())).toMatchObject({
      actions: [{ id: 'approve' }, { id: 'reject' }],
      policy: { mode: 'any', candidates: { users: [], roles: ['approver'] }, excludeRequester: true },
    });
    expect(taskOf(ask({ policy: { mode: 'all', candidates: { users: '${ "ann" }' } } }))).toMatchObject({
      policy: { mode: 'all', candidates: { users: ['ann'], roles: [] } },
    });
  });

  it('keeps its texts storable', () => {
    expect(taskOf(ask({ title: '${ .t }' }, { t: 'a\0b\ud800' }))).toMatchObject({ title: 'a\uFFFDb\uFFFD' });
  });

  it('faults with texts and candidates of the wrong kind, before anything goes out', () => {
    expect(errorOf(ask({ title: '${ 5 }' })).detail).toBe('"with.title" must give text; it gave 5.');
    const users = (expression: string): Hand => ask({ policy: { candidates: { users: expression } } });
    expect(errorOf(users('${ [1] }'))).toMatchObject({
      type: errorType('expression'),
      detail: '"with.policy.candidates.users" must give a list of names.',
    });
    expect(errorOf(users('${ [] }'))).toMatchObject({
      type: errorType('validation'),
      instance: '/do/0/h',
    });
    expect(errorOf(users('${ null }')).type).toBe(errorType('validation'));
    expect(users('${ [] }').commands).toEqual([]);
  });

  it('reports the task and waits for people', () => {
    const hand = ask({ expires: 'PT1H' });
    hand.feed({ kind: 'human-task-opened', command: hand.of('h').id, humanTaskId: 'task-1' });
    expect(told(hand).slice(-3)).toEqual(['human_task.opened h', 'step.waiting h', 'run.waiting']);
    expect(eventsOf(hand, 'step.waiting')[0]).toMatchObject({
      waitKind: 'human',
      humanTaskId: 'task-1',
      until: new Date(BEGIN + 3_600_000).toISOString(),
    });
    const open = ask();
    open.feed({ kind: 'human-task-opened', command: open.of('h').id, humanTaskId: 'task-1' });
    expect(eventsOf(open, 'step.waiting')[0]).not.toHaveProperty('until');
  });

  it('goes on with what was decided', () => {
    const hand = ask();
    hand.answer('h', { ...decided('approve'), comment: 'fine' });
    expect(outputOf(hand)).toEqual({ outcome: 'approve', action: 'approve', comment: 'fine' });
    expect(eventsOf(hand, 'human_task.decided')[0]).toMatchObject({
      humanTaskId: 'task-1',
      outcome: 'approve',
    });
  });

  it('takes a refusal for an ordinary output, unless it shall raise', () => {
    const returned = ask();
    returned.answer('h', decided('reject'));
    expect(outputOf(returned)).toMatchObject({ outcome: 'reject' });
    const raised = ask({ onReject: 'raise' });
    raised.answer('h', decided('expired'));
    expect(errorOf(raised)).toMatchObject({
      type: errorType('authorization'),
      status: 403,
      detail: 'The human task ended with "expired", not with an approval.',
    });
    const approved = ask({ onReject: 'raise' });
    approved.answer('h', decided('approve'));
    expect(outputOf(approved)).toMatchObject({ outcome: 'approve' });
  });

  it('asks anew, with another key and visit, when a refusal was raised and a try asks again', () => {
    const hand = start([
      {
        t: {
          try: [{ h: { call: 'human', with: { title: 'Sure?', onReject: 'raise' } } }],
          catch: { retry: { limit: { attempt: { count: 2 } } } },
        },
      },
    ]);
    const first = hand.of('h');
    hand.answer('h', decided('reject'));
    hand.fire();
    const second = hand.of('h');
    expect('idempotencyKey' in first && 'idempotencyKey' in second).toBe(true);
    expect(second).not.toMatchObject({
      idempotencyKey: 'idempotencyKey' in first ? first.idempotencyKey : '',
    });
    expect(taskOf(hand)).toMatchObject({ visit: 1 });
  });

  it('faults with an answer that is none', () => {
    for (const result of ['text', {}, { outcome: 'approve' }, { humanTaskId: 'task-1' }]) {
      const hand = ask();
      hand.answer('h', result);
      expect(errorOf(hand).type).toBe(errorType('runtime'));
    }
  });

  it('takes no notice of news of another kind', () => {
    const hand = ask();
    const { trace } = hand.feed({ kind: 'child-started', command: hand.of('h').id, childRunId: 'run-2' });
    expect(trace).toEqual([]);
  });
});

describe('candidateNames()', () => {
  it('finds nobody where there are no candidates', () => {
    expect(candidateNames(null, 'users')).toEqual([]);
    expect(candidateNames({ candidates: 'x' }, 'users')).toEqual([]);
    expect(candidateNames({}, 'roles')).toEqual([]);
  });
});
