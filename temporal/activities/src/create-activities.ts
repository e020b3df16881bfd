import type { AdapterRegistry } from '@baton/agents';
import type { Egress } from '@baton/egress';
import type { Store } from '@baton/store';
import type { Activities } from './activities.ts';
import { createCallHttp } from './call-http.ts';
import { createChildRuns } from './child-runs.ts';
import { createHumanTaskActivities } from './human-tasks.ts';
import { createInvokeAgent } from './invoke-agent.ts';

/** What the effects of runs need. */
export interface ActivityPorts {
  readonly adapters: AdapterRegistry;
  readonly egress: Egress;
  readonly store: Pick<Store, 'humanTasks' | 'runs' | 'workflows' | 'agents'>;
}

/** Makes all activities of the ordinary worker. */
export function createActivities({ adapters, egress, store }: ActivityPorts): Activities {
  return {
    ...createInvokeAgent({ adapters, egress }),
    ...createCallHttp({ egress }),
    ...createHumanTaskActivities(store),
    ...createChildRuns(store),
  };
}
