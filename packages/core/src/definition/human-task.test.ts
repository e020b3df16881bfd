import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../json.ts';
import { problemsOf, taskOf } from './definition.fixture.ts';

const human = (more: JsonObject): JsonObject => ({ call: 'human', with: { title: 'Ok?', ...more } });
const problems = (more: JsonObject): readonly string[] =>
  problemsOf(human(more)).map((problem) => problem.replace(/^\/with/, ''));
const policy = (value: JsonObject): readonly string[] =>
  problems({ policy: value }).map((problem) => problem.replace(/^\/policy/, ''));

describe('call human', () => {
  it('fills defaults in', () => {
    expect(taskOf(human({}))).toMatchObject({
      kind: 'call-human',
      with: {
        humanKind: 'approval',
        title: 'Ok?',
        actions: [
          { id: 'approve', outcome: 'approve', requireComment: false },
          { id: 'reject', outcome: 'reject', requireComment: false },
        ],
        policy: { mode: 'any', candidates: { users: [], roles: ['approver'] }, excludeRequester: true },
        onReject: 'return',
      },
    });
  });

  it('reads everything else', () => {
    const full: JsonObject = {
      kind: 'approval',
      title: 'Publish "${ .draft.title }"?',
      body: '${ .summary }',
      context: '${ .draft }',
      form: { type: 'object', properties: { note: { type: 'string' } } },
      actions: [
        { id: 'go', label: 'Go!', outcome: 'approve' },
        { id: 'revise', requireComment: true },
      ],
      policy: {
        mode: 'quorum',
        n: 2,
        candidates: { roles: ['editor'], users: '${ .users }' },
        excludeRequester: false,
      },
      priority: 2,
      due: 'PT4H',
      expires: '${ .until }',
      onExpire: 'reject',
      onReject: 'raise',
    };
    expect(taskOf({ call: 'human:1.0.0@default', with: full })).toMatchObject({
      with: {
        title: 'Publish "${ .draft.title }"?',
        form: { type: 'object' },
        actions: [
          { id: 'go', label: 'Go!', outcome: 'approve', requireComment: false },
          { id: 'revise', outcome: 'revise', requireComment: true },
        ],
        policy: {
          mode: 'quorum',
          n: 2,
          candidates: { roles: ['editor'], users: '${ .users }' },
          excludeRequester: false,
        },
        priority: 2,
        due: { ms: 14_400_000 },
        expires: { expression: ' .until ' },
        onReject: 'raise',
      },
    });
  });

  it('refuses by name what a later version brings', () => {
    expect(problems({ kind: 'form', approves: 'x', escalations: [], onExpire: 'take:go' })).toEqual([
      '/approves "approves" of call human is not available in this version of Baton.',
      '/escalations "escalations" of call human is not available in this version of Baton.',
      '/kind kind: form is not available in this version of Baton; available: approval.',
      '/onExpire onExpire: take:go is not available in this version of Baton; available: reject.',
    ]);
    expect(problems({ onExpire: 'fail', actions: [{ id: 'approve', style: 'red' }] })).toEqual([
      '/actions/0/style The style of an action is not available in this version of Baton.',
      '/onExpire onExpire: fail is not available in this version of Baton; available: reject.',
    ]);
  });

  it('checks texts and words', () => {
    expect(problemsOf({ call: 'human', with: {} })).toEqual([
      '/with The arguments of call human needs "title": add it.',
    ]);
    expect(problems({ title: 5, body: '${ .x', priority: 9, due: 1, onReject: 'rise', onExpire: 1 })).toEqual(
      [
        '/title "title" must be text, not 5: write it in quotes, or as ${ … }.',
        '/body The expression that begins at character 1 is never closed: add the "}" that ends it.',
        '/priority "priority" must be a whole number from 1 to 5, not 9.',
        '/due "due" must be an ISO 8601 duration such as PT30S, PT1H30M or P2D, or an object, not 1.',
        '/onExpire "onExpire" must be one of reject, not 1.',
        '/onReject "onReject" cannot be "rise"; did you mean "raise"?',
      ],
    );
  });

  it('needs actions that can be told apart, one of which approves', () => {
    expect(problems({ actions: [] })).toEqual(['/actions "actions" is empty: add at least one item.']);
    expect(problems({ actions: [{ id: 'reject' }, { id: 'later', outcome: 'custom' }] })).toEqual([
      '/actions No action approves: give one of them "outcome: approve".',
    ]);
    expect(
      problems({ actions: [{ id: 'approve' }, { id: 'approve' }, { id: 'a b', outcome: 'reject' }, 'x'] }),
    ).toEqual([
      '/actions/2/id "id" cannot be "a b": use 1 to 63 letters, digits, "_" and "-".',
      '/actions/3 An action must be an object (id, label, outcome, requireComment), not text.',
      '/actions/1 Two actions are called "approve": rename one.',
    ]);
    expect(problems({ actions: [{ id: 'go' }, { outcome: 'approve', label: 1 }] })).toEqual([
      '/actions/0 An action needs "outcome": add it.',
      '/actions/1 An action needs "id": add it.',
      '/actions/1/label "label" must be text, not 1: put it in quotes.',
    ]);
    const many = Array.from({ length: 21 }, (_, i) => ({ id: `a${i}`, outcome: 'approve' }));
    expect(problems({ actions: many })).toEqual(['/actions "actions" has 21 items; at most 20 are allowed.']);
  });
});

describe('policy', () => {
  it('counts approvals that can come', () => {
    expect(policy({ mode: 'quorum', candidates: { roles: ['r'] } })).toEqual([
      ' The mode quorum needs "n": say how many people must approve.',
    ]);
    expect(policy({ mode: 'quorum', n: 3, candidates: { users: ['a', 'b', 'b'] } })).toEqual([
      '/n 3 approvals can never come from 2 users: name more of them or lower "n".',
    ]);
    expect(policy({ mode: 'quorum', n: 3, candidates: { users: '${ .users }' } })).toEqual([]);
    expect(policy({ mode: 'quorum', n: 3, candidates: { users: ['a'], roles: ['r'] } })).toEqual([]);
    expect(policy({ mode: 'quorum', n: 0, candidates: { users: ['a'] } })).toEqual([
      '/n "n" must be a whole number from 1 to 100, not 0.',
    ]);
    expect(policy({ mode: 'all', n: 2 })).toEqual([
      '/n "n" belongs to the mode quorum: set "mode: quorum" or remove it.',
    ]);
    expect(policy({ mode: 'quorum', n: 2, candidates: 5 })).toEqual([
      '/candidates The candidates of a policy must be an object (users, roles), not 5.',
    ]);
  });

  it('refuses other modes and keys', () => {
    expect(policy({ mode: 'perGroup', groups: [], excludePrior: [] })).toEqual([
      '/groups "groups" of a policy is not available in this version of Baton.',
      '/excludePrior "excludePrior" of a policy is not available in this version of Baton.',
      '/mode mode: perGroup is not available in this version of Baton; available: any, all, quorum.',
    ]);
    expect(policy({ mode: 'some', n: 2, excludeRequester: 'no' })).toEqual([
      '/mode "mode" cannot be "some"; known: any, all, quorum.',
      '/excludeRequester "excludeRequester" must be true or false, not text.',
    ]);
    expect(problems({ policy: 'any' })).toEqual([
      '/policy A policy must be an object (mode, n, candidates, excludeRequester), not text.',
    ]);
  });

  it('needs candidates that can be known', () => {
    expect(policy({ candidates: {} })).toEqual([
      '/candidates Nobody could decide: name users or roles, or leave the candidates out.',
    ]);
    expect(policy({ candidates: { groups: [], expression: '.x', users: ['a'] } })).toEqual([
      '/candidates/groups "groups" of candidates is not available in this version of Baton; available: users, roles.',
      '/candidates/expression "expression" of candidates is not available in this version of Baton; make users or roles one ${ … } expression.',
    ]);
    expect(policy({ candidates: { users: 'ann', roles: [1, ''] } })).toEqual([
      '/candidates/users "users" must be a list of at most 100 names or one ${ … } expression, not text.',
      '/candidates/roles/0 "0" must be text, not 1: put it in quotes.',
      '/candidates/roles/1 "1" is empty: write a text.',
    ]);
    expect(policy({ candidates: { users: Array.from({ length: 101 }, (_, i) => `u${i}`) } })).toEqual([
      '/candidates/users "users" must be a list of at most 100 names or one ${ … } expression, not 101 names.',
    ]);
    expect(policy({ candidates: { roles: '${ $nobody }' } })).toHaveLength(1);
  });
});
