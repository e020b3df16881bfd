import { describe, expect, it } from '@jest/globals';
import { isUuid, workflowIdOf } from './ids.ts';
import { parseHumanTaskId, parseRunId, parseWorkflowId, parseWorkspaceId } from './ids-codec.ts';

const one = '018f0000-0000-7000-8000-000000000001';
const two = '018f0000-0000-7000-8000-00000000000a';

describe('isUuid()', () => {
  it('knows the one spelling that Baton uses', () => {
    expect(isUuid(one)).toBe(true);
    expect(isUuid(two.toUpperCase())).toBe(false);
    expect(isUuid(`{${one}}`)).toBe(false);
    expect(isUuid(`${one}\n`)).toBe(false);
    expect(isUuid('')).toBe(false);
  });
});

describe('the ids', () => {
  it('are parsed, or null', () => {
    expect([parseRunId(one), parseHumanTaskId(one), parseWorkspaceId(one)]).toEqual([one, one, one]);
    expect([parseRunId('x'), parseHumanTaskId('x'), parseWorkspaceId('x')]).toEqual([null, null, null]);
  });
});

describe('parseWorkflowId()', () => {
  it('is the way back from workflowIdOf()', () => {
    const parsed = parseWorkflowId(`${two}.${one}`);
    expect(parsed).toEqual({ scope: { workspaceId: two }, runId: one });
    expect(parsed === null ? '' : workflowIdOf(parsed.scope, parsed.runId)).toBe(`${two}.${one}`);
  });

  it('is null for a workflow that is not ours', () => {
    const others = ['', one, `${one}.`, `.${one}`, `${two}.${one}.x`, `${two}-${one}`];
    expect(others.map(parseWorkflowId)).toEqual(others.map(() => null));
  });
});
