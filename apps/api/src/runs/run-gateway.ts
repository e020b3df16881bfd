import type { Gateway } from '@baton/temporal-client';

/**
 * The way to the executions of runs, as far as the API needs it. Every function rejects when Temporal is away or its answer
 * is ambiguous; then nobody knows whether it happened, and it must be safe to do it again.
 */
export type RunGateway = Pick<
  Gateway,
  | 'start'
  | 'signal'
  | 'suspend'
  | 'resume'
  | 'cancel'
  | 'terminate'
  | 'available'
  | 'ping'
  | 'lastWorkerPollAt'
>;
