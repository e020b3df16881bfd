import { describe, expect, it } from '@jest/globals';
import { aDocument, aSnapshot, newRunId, newScope } from './samples.ts';
import { opaque, startFacts } from './start-options.ts';

const scope = newScope();
const runId = newRunId();

describe('startFacts()', () => {
  it('names type, id, priority and fairness key', () => {
    expect(startFacts(aSnapshot(scope, runId, { priority: 1 }))).toMatchObject({
      workflowType: 'content/publish',
      workflowId: `${scope.workspaceId}.${runId}`,
      staticSummary: 'publish 1.2.3',
      staticDetails: '',
      priority: { priorityKey: 1, fairnessKey: scope.workspaceId },
    });
  });

  it('shows title and summary of the definition, the title cut to what a line holds', () => {
    const document = { name: 'publish', version: '1.2.3', title: 'T'.repeat(300), summary: 'All of it.' };
    const facts = startFacts(aSnapshot(scope, runId, { definition: { ...aDocument(), document } }));
    expect(facts.staticSummary).toBe(`${'T'.repeat(199)}…`);
    expect(facts.staticDetails).toBe('All of it.');
  });

  it('puts opaque search attributes on the run: no name of the requester', () => {
    const { typedSearchAttributes } = startFacts(aSnapshot(scope, runId));
    const pairs = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    expect(Object.fromEntries(pairs)).toEqual({
      BatonWorkspace: scope.workspaceId,
      BatonWorkflow: 'publish',
      BatonVersion: '1.2.3',
      BatonRequester: opaque('dev|ann'),
    });
    expect(JSON.stringify(pairs)).not.toContain('ann');
  });

  it('does without a document, as snapshots of single calls of agents may', () => {
    expect(startFacts(aSnapshot(scope, runId, { definition: {} })).workflowType).toBe('default/workflow');
  });
});

describe('opaque()', () => {
  it('is the same for the same requester and another for another', () => {
    expect(opaque('dev|ann')).toBe(opaque('dev|ann'));
    expect(opaque('dev|ann')).not.toBe(opaque('dev|bob'));
    expect(opaque('dev|ann')).toMatch(/^[0-9a-f]{32}$/);
  });
});
