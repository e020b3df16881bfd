import type { AdapterRegistry } from '@baton/agents';
import { routes } from '@baton/contracts';
import type { Store } from '@baton/store';
import { empty, json } from '../http/call.ts';
import { endpoint, endpointOn, type Endpoint, type FindParams } from '../http/endpoint.ts';
import type { TemporalUi } from '../runs/run-json.ts';
import type { RunWatch } from '../runs/run-watch.ts';
import { startedAnswer } from '../runs/runs.routes.ts';
import type { RunStarter } from '../runs/start-run.ts';
import { toAgent, toAgentVersion } from './agent-json.ts';
import type { AgentService } from './agents.service.ts';
import { invokeAgent } from './invoke-agent.ts';

/** What the routes of agents need. */
export interface AgentRoutesPorts {
  readonly store: Pick<Store, 'agents' | 'runs' | 'agentCalls'>;
  readonly service: AgentService;
  readonly adapters: AdapterRegistry;
  readonly starter: RunStarter;
  readonly watch: RunWatch;
  readonly ui: TemporalUi | null;
}

/** The routes of agents. */
export function agentEndpoints(ports: AgentRoutesPorts): readonly Endpoint[] {
  const { adapters, service } = ports;
  const { agents } = ports.store;
  const findAgent = ({ caller, params }: FindParams<{ name: string }>) =>
    agents.get(caller.scope, params.name);
  const findVersion = ({ caller, params }: FindParams<{ name: string; version: string }>) =>
    agents.getVersion(caller.scope, params.name, params.version);
  return [
    endpoint(routes.listAgents, async ({ caller, query }) => {
      const page = await agents.list(caller.scope, query);
      return json(200, { ...page, items: page.items.map((agent) => toAgent(agent, adapters)) });
    }),
    endpointOn(routes.getAgent, {
      find: findAgent,
      handle: async (_call, agent) => json(200, toAgent(agent, adapters)),
    }),
    endpointOn(routes.listAgentVersions, {
      find: findAgent,
      handle: async ({ caller, query }, { name }) => {
        const page = await agents.versions(caller.scope, name, query);
        return json(200, { ...page, items: page.items.map((version) => toAgentVersion(version, adapters)) });
      },
    }),
    endpointOn(routes.registerAgent, {
      find: () => Promise.resolve(true),
      review: (given) => service.review(given),
      handle: async ({ caller, params, body }) => {
        const { outcome, version } = await service.register(caller, params, body);
        const headers = { Location: `/v1/agents/${params.name}/versions/${params.version}` };
        return json(outcome === 'created' ? 201 : 200, toAgentVersion(version, adapters), headers);
      },
    }),
    endpointOn(routes.getAgentVersion, {
      find: findVersion,
      handle: async (_call, version) => json(200, toAgentVersion(version, adapters)),
    }),
    endpointOn(routes.archiveAgentVersion, {
      find: findVersion,
      handle: async ({ caller, params }) => {
        await agents.archive(caller.scope, params.name, params.version);
        return empty(204);
      },
    }),
    endpointOn(routes.getAgentHealth, {
      find: findAgent,
      handle: async ({ caller, exchange }, agent) =>
        json(200, await service.probe(caller.scope, agent, exchange.signal)),
    }),
    endpointOn(routes.invokeAgent, {
      find: findAgent,
      handle: async (call, agent) =>
        startedAnswer(ports, call, await invokeAgent({ agents, starter: ports.starter }, call, agent)),
    }),
  ];
}
