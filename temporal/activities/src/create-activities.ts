import type { AdapterRegistry, SecretResolver } from '@baton/agents';
import type { Egress } from '@baton/egress';
import type { Store } from '@baton/store';
import type { Metrics } from '@baton/telemetry';
import type { Activities } from './activities.ts';
import { createAdmissionDesk } from './admission.ts';
import { createAgentDesk } from './agent-desk.ts';
import { createCallHttp } from './call-http.ts';
import { createCallbackDesk } from './callback-desk.ts';
import { createChildRuns } from './child-runs.ts';
import { createCircuits } from './circuits.ts';
import { createHumanTaskActivities } from './human-tasks.ts';
import { createInvokeAgent } from './invoke-agent.ts';
import { createKeptReplies } from './kept-replies.ts';
import type { LiveFrames } from './live-frames.ts';
import type { LocalCalls } from './local-calls.ts';

/** What the effects of runs need. */
export interface ActivityPorts {
  readonly adapters: AdapterRegistry;
  readonly egress: Egress;
  readonly secrets: SecretResolver;
  readonly localCalls: LocalCalls;
  readonly frames: LiveFrames;
  /** Where agents reach the API, to answer later; null: nowhere. */
  readonly publicUrl: string | null;
  readonly store: Pick<
    Store,
    | 'humanTasks'
    | 'runs'
    | 'workflows'
    | 'agents'
    | 'agentCalls'
    | 'agentCircuits'
    | 'agentReplies'
    | 'callbacks'
  >;
  readonly metrics: Pick<Metrics, 'agentCalls' | 'agentCircuitOpen'>;
}

/** Makes all activities of the ordinary worker. */
export function createActivities(ports: ActivityPorts): Activities {
  const { egress, localCalls, store, metrics } = ports;
  const { of, ...callbacks } = createCallbackDesk({ callbacks: store.callbacks, publicUrl: ports.publicUrl });
  const desk = createAgentDesk({
    admission: createAdmissionDesk(store),
    circuits: createCircuits({
      agentCircuits: store.agentCircuits,
      onChange: ({ agent, version }, isOpen) => {
        metrics.agentCircuitOpen.set({ agent, version }, isOpen ? 1 : 0);
      },
    }),
    replies: createKeptReplies(store),
    onOutcome: ({ agent: { name, version } }, outcome) => {
      metrics.agentCalls.inc({ agent: name, version, outcome });
    },
  });
  return {
    admitAgentCall: (params) => desk.admitAgentCall(params),
    settleAgentCall: (params) => desk.settleAgentCall(params),
    ...callbacks,
    ...createInvokeAgent({ ...ports, desk, callbacks: { of } }),
    ...createCallHttp({ egress, localCalls }),
    ...createHumanTaskActivities(store),
    ...createChildRuns(store),
  };
}
