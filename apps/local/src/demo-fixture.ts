import type { Decision, Run } from '@baton/contracts';
import type { ReadHumanTask } from '@baton/sdk';

/** A human task as it was read. */
export const openTask: ReadHumanTask = {
  id: 't1',
  runId: 'r1',
  step: { path: '/do/1/review', attempt: 1 },
  kind: 'approval',
  title: 'Publish "A"?',
  body: 'Three words.\n',
  context: null,
  items: null,
  form: null,
  actions: [
    { id: 'yes', outcome: 'approve', requireComment: false },
    { id: 'no', outcome: 'reject', requireComment: false },
  ],
  policy: {},
  requester: 'dev|demo',
  claimant: null,
  claimLapsesAt: null,
  priority: 3,
  dueAt: null,
  expiresAt: null,
  onExpire: 'reject',
  subjectHash: 'abc',
  status: 'open',
  outcome: null,
  delivery: null,
  createdAt: '2026-01-31T12:00:00Z',
  decidedAt: null,
  etag: '"1"',
};

/** What the API answers to a decision. */
export const decision: Decision = {
  id: 'd1',
  taskId: 't1',
  actor: 'dev|editor',
  channel: 'api',
  action: 'yes',
  outcome: 'approve',
  comment: null,
  form: null,
  subjectHash: 'abc',
  at: '2026-01-31T12:00:00Z',
  taskStatus: 'approved',
};

/** A run that has completed. */
export const endedRun: Run = {
  id: 'r1',
  workflow: 'w',
  version: '1.0.0',
  status: 'completed',
  stalled: false,
  input: {},
  output: { page: '/pages/a.html' },
  error: null,
  startedAt: '2026-01-31T12:00:00Z',
  endedAt: '2026-01-31T12:00:01Z',
  createdAt: '2026-01-31T12:00:00Z',
  requester: 'dev|demo',
  tags: {},
  priority: null,
  parent: null,
  forkedFrom: null,
  waitingFor: [],
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 0, byAgent: {} },
  budget: null,
  links: { self: '/v1/runs/r1', events: '/v1/runs/r1/events', steps: '/v1/runs/r1/steps', temporal: null },
};
