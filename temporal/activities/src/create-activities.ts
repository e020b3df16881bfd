import type { AdapterRegistry, SecretResolver } from '@baton/agents';
import type { Egress } from '@baton/egress';
import type { Store } from '@baton/store';
import type { Activities } from './activities.ts';
import { createAdmissionDesk } from './admission.ts';
import { createCallHttp } from './call-http.ts';
import { createChildRuns } from './child-runs.ts';
import { createHumanTaskActivities } from './human-tasks.ts';
import { createInvokeAgent } from './invoke-agent.ts';
import type { LiveFrames } from './live-frames.ts';
import type { LocalCalls } from './local-calls.ts';

/** What the effects of runs need. */
export interface ActivityPorts {
  readonly adapters: AdapterRegistry;
  readonly egress: Egress;
  readonly secrets: SecretResolver;
  readonly localCalls: LocalCalls;
  readonly frames: LiveFrames;
  readonly store: Pick<Store, 'humanTasks' | 'runs' | 'workflows' | 'agents' | 'agentCalls'>;
}

/** Makes all activities of the ordinary worker. */
export function createActivities(ports: ActivityPorts): Activities {
  const { egress, localCalls, store } = ports;
  const { through, ...admission } = createAdmissionDesk(store);
  return {
    ...admission,
    ...createInvokeAgent({ ...ports, desk: { through } }),
    ...createCallHttp({ egress, localCalls }),
    ...createHumanTaskActivities(store),
    ...createChildRuns(store),
  };
}
