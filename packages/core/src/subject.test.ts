import { describe, expect, it } from '@jest/globals';
import { subjectHash, type Subject } from './subject.ts';

const subject: Subject = {
  taskId: 'task-1',
  runId: 'run-1',
  step: '/do/0/h',
  visit: 0,
  kind: 'approval',
  title: 'Sure?',
  body: null,
  items: null,
  context: { b: 1, a: 2 },
  form: null,
  actions: [{ id: 'approve' }],
  policy: { mode: 'any' },
  definitionVersion: '1.0.0',
  agentVersions: ['b@1', 'a@1'],
  expiresAt: null,
};

const shown = (more: Partial<Subject> = {}): string =>
  subjectHash({ ...subject, ...more }, (text) => `<${text}>`);

describe('subjectHash()', () => {
  it('is over canonical JSON, with the policy by its own hash', () => {
    expect(shown()).toContain('"agentVersions":["a@1","b@1"]');
    expect(shown()).toContain('"context":{"a":2,"b":1}');
    expect(shown()).toContain(`"policyHash":${JSON.stringify('<{"mode":"any"}>')}`);
  });

  it('does not mind the order of keys and of agents', () => {
    expect(shown({ context: { a: 2, b: 1 }, agentVersions: ['a@1', 'b@1'] })).toBe(shown());
  });

  it('changes with everything that a person is shown or that is let through', () => {
    const others: Partial<Subject>[] = [
      { taskId: 'task-2' },
      { runId: 'run-2' },
      { step: '/do/1/h' },
      { visit: 1 },
      { kind: 'review' },
      { title: 'Really?' },
      { body: 'Text' },
      { items: [1] },
      { context: { a: 2 } },
      { form: {} },
      { actions: [] },
      { policy: { mode: 'all' } },
      { definitionVersion: '1.0.1' },
      { agentVersions: ['a@1'] },
      { expiresAt: '2026-01-01T00:00:00Z' },
    ];
    expect(new Set([shown(), ...others.map(shown)]).size).toBe(others.length + 1);
  });
});
