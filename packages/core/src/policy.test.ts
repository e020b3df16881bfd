import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicySpec } from './definition/definition.ts';
import { evaluatePolicy, isEligible, type Vote } from './policy.ts';

const policyOf = (more: Partial<PolicySpec>): PolicySpec => ({
  mode: 'any',
  candidates: { users: [], roles: ['editor'] },
  excludeRequester: true,
  ...more,
});

const vote = (
  actor: string,
  outcome: Vote['outcome'] = 'approve',
  roles: readonly string[] = ['editor'],
): Vote => ({
  actor,
  roles,
  outcome,
  actionId: `to-${outcome}`,
  at: '2026-01-01T00:00:00Z',
});

describe('evaluatePolicy()', () => {
  it('ends mode any with the first vote', () => {
    const policy = policyOf({});
    expect(evaluatePolicy(policy, [])).toEqual({ final: false, approvals: 0, needed: 1 });
    expect(evaluatePolicy(policy, [vote('a'), vote('b', 'reject')])).toEqual({
      final: true,
      status: 'approved',
      actionId: 'to-approve',
      decidedBy: ['a'],
    });
    expect(evaluatePolicy(policy, [vote('a', 'reject')])).toMatchObject({
      status: 'rejected',
      decidedBy: ['a'],
    });
  });

  it('takes neither revise nor custom for an approval', () => {
    expect(evaluatePolicy(policyOf({}), [vote('a', 'revise')])).toMatchObject({
      status: 'changes_requested',
    });
    expect(evaluatePolicy(policyOf({}), [vote('a', 'custom')])).toMatchObject({
      status: 'changes_requested',
      actionId: 'to-custom',
    });
  });

  it('needs n distinct people for a quorum, and one rejection against it', () => {
    const policy = policyOf({ mode: 'quorum', n: 2 });
    expect(evaluatePolicy(policy, [vote('a'), vote('a')])).toEqual({ final: false, approvals: 1, needed: 2 });
    expect(evaluatePolicy(policy, [vote('a'), vote('b')])).toMatchObject({
      status: 'approved',
      decidedBy: ['a', 'b'],
    });
    expect(evaluatePolicy(policy, [vote('a'), vote('b', 'reject'), vote('c')])).toMatchObject({
      status: 'rejected',
      decidedBy: ['b'],
    });
  });

  it('never reaches a quorum without a number', () => {
    expect(evaluatePolicy(policyOf({ mode: 'quorum' }), [vote('a'), vote('b')])).toMatchObject({
      final: false,
    });
  });

  it('needs every named user and a holder of every named role for all', () => {
    const policy = policyOf({ mode: 'all', candidates: { users: ['ann', 'bob'], roles: ['legal'] } });
    const ann = { ...vote('issuer|1', 'approve', ['legal']), user: 'ann' };
    expect(evaluatePolicy(policy, [ann])).toEqual({ final: false, approvals: 2, needed: 3 });
    expect(evaluatePolicy(policy, [ann, vote('bob', 'approve', [])])).toMatchObject({ status: 'approved' });
    expect(evaluatePolicy(policy, [ann, vote('bob', 'reject')])).toMatchObject({ status: 'rejected' });
  });

  it('approves nothing when all names nobody', () => {
    const policy = policyOf({ mode: 'all', candidates: { users: [], roles: [] } });
    expect(evaluatePolicy(policy, [vote('a')])).toEqual({ final: false, approvals: 0, needed: 1 });
  });
});

const people = ['ann', 'bob', 'cem', 'dee'];
const arbitraryPolicy = fc.oneof(
  fc.constant(policyOf({})),
  fc.integer({ min: 1, max: 3 }).map((n) => policyOf({ mode: 'quorum', n })),
  fc
    .subarray(people, { minLength: 1 })
    .map((users) => policyOf({ mode: 'all', candidates: { users, roles: ['editor'] } })),
);
const arbitraryVote = fc.record({
  actor: fc.constantFrom(...people),
  roles: fc.subarray(['editor', 'legal']),
  outcome: fc.constantFrom('approve' as const, 'reject' as const, 'revise' as const),
  actionId: fc.constant('x'),
  at: fc.constant('2026-01-01T00:00:00Z'),
});

const statusOf = (policy: PolicySpec, votes: readonly Vote[]): string => {
  const verdict = evaluatePolicy(policy, votes);
  return verdict.final ? verdict.status : 'open';
};

describe('evaluatePolicy() in general', () => {
  it('ends the same whatever the order of approvals, and of approvals and a rejection that comes in time', () => {
    const votes = fc.uniqueArray(arbitraryVote, { selector: ({ actor }) => actor });
    fc.assert(
      fc.property(arbitraryPolicy, votes, fc.nat(), (policy, cast, turn) => {
        const approvals = cast.map((one) => ({ ...one, outcome: 'approve' as const }));
        const cut = cast.length === 0 ? 0 : turn % cast.length;
        const turned = [...approvals.slice(cut), ...approvals.slice(0, cut)];
        expect(statusOf(policy, turned)).toBe(statusOf(policy, approvals));
        expect(statusOf(policy, [...approvals].reverse())).toBe(statusOf(policy, approvals));
        if (statusOf(policy, approvals) !== 'open') return;
        const rejection = { ...vote('zed'), outcome: 'reject' as const };
        expect(statusOf(policy, [...turned.slice(0, cut), rejection, ...turned.slice(cut)])).toBe('rejected');
      }),
    );
  });

  it('never counts a second vote of one person', () => {
    fc.assert(
      fc.property(arbitraryPolicy, fc.array(arbitraryVote), (policy, cast) => {
        const firsts = cast.filter((one, i) => cast.findIndex(({ actor }) => actor === one.actor) === i);
        expect(evaluatePolicy(policy, cast)).toEqual(evaluatePolicy(policy, firsts));
      }),
    );
  });

  it('stays final once it is final', () => {
    fc.assert(
      fc.property(arbitraryPolicy, fc.array(arbitraryVote), arbitraryVote, (policy, cast, late) => {
        const verdict = evaluatePolicy(policy, cast);
        if (verdict.final) expect(evaluatePolicy(policy, [...cast, late])).toEqual(verdict);
      }),
    );
  });
});

describe('isEligible()', () => {
  const policy = policyOf({ candidates: { users: ['ann', 'issuer|2'], roles: ['legal'] } });
  const run = { requester: 'issuer|9' };

  it('takes candidates by user name, subject and role', () => {
    expect(isEligible(policy, { subject: 'issuer|1', user: 'ann', roles: [] }, run)).toEqual({
      eligible: true,
    });
    expect(isEligible(policy, { subject: 'issuer|2', user: 'bob', roles: [] }, run)).toEqual({
      eligible: true,
    });
    expect(isEligible(policy, { subject: 'issuer|3', user: 'cem', roles: ['legal'] }, run)).toEqual({
      eligible: true,
    });
  });

  it('says who may decide to everybody else', () => {
    expect(isEligible(policy, { subject: 'x', user: 'x', roles: ['admin'] }, run)).toEqual({
      eligible: false,
      reason:
        'Only the users ann, issuer|2 and holders of the roles legal may decide this task: ask one of them.',
    });
    const open = policyOf({ candidates: { users: [], roles: [] } });
    expect(isEligible(open, { subject: 'x', user: 'x', roles: [] }, run)).toMatchObject({ eligible: false });
  });

  it('excludes the requester unless the policy lets them decide', () => {
    const requester = { subject: 'issuer|9', user: 'ann', roles: ['legal'] };
    expect(isEligible(policy, requester, run)).toMatchObject({ eligible: false });
    expect(isEligible({ ...policy, excludeRequester: false }, requester, run)).toEqual({ eligible: true });
    expect(isEligible(policy, requester, { requester: null })).toEqual({ eligible: true });
  });
});
