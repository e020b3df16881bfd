import type { Egress } from '@baton/egress';
import type { InvokeContext } from './adapter.ts';

/** What surrounds a delivery of a test: five seconds, nobody who listens, and no earlier attempt. */
export function contextOf(egress: Egress, more: Partial<InvokeContext> = {}): InvokeContext {
  return {
    idempotencyKey: 'k-1',
    deadlineAt: Date.now() + 5_000,
    signal: new AbortController().signal,
    runId: 'run-1',
    workspaceId: 'workspace-1',
    egress,
    secrets: {},
    heartbeat: () => {},
    lastHeartbeat: null,
    emit: () => {},
    ...more,
  };
}
