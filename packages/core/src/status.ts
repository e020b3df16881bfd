/** Status of a run or a step: the language's status phases. */
export type Status = 'pending' | 'running' | 'waiting' | 'suspended' | 'completed' | 'faulted' | 'canceled';

/** Every status, in the order of a life. */
export const STATUSES: readonly Status[] = [
  'pending',
  'running',
  'waiting',
  'suspended',
  'completed',
  'faulted',
  'canceled',
];

/** Status of a step; a step whose `if` was false is skipped. */
export type StepStatus = Exclude<Status, 'suspended'> | 'skipped';

/** True once a run can never change again. */
export function isTerminal(status: Status): status is Extract<Status, 'completed' | 'faulted' | 'canceled'> {
  return status === 'completed' || status === 'faulted' || status === 'canceled';
}

/** Status of a human task. */
export type HumanTaskStatus =
  'open' | 'claimed' | 'approved' | 'rejected' | 'changes_requested' | 'expired' | 'canceled' | 'superseded';

/** True once a human task can no longer be decided. */
export function isDecided(status: HumanTaskStatus): boolean {
  return status !== 'open' && status !== 'claimed';
}

/** How far the outcome of a human task has come on its way to the run that waits. */
export type Delivery = 'pending' | 'signaled' | 'acknowledged';
