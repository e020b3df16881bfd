import { AppError } from '@baton/core';
import { routes } from '@baton/contracts';
import type { Store, WorkflowVersionRecord } from '@baton/store';
import { empty, json, text, type Answer, type Exchange } from '../http/call.ts';
import { endpoint, endpointOn, type Endpoint, type FindParams } from '../http/endpoint.ts';
import type { Definitions } from './definitions.ts';
import { graphAnswer } from './graph-answer.ts';
import { channelTag, toChannel, toWorkflow, toWorkflowVersion } from './workflow-json.ts';
import type { WorkflowService } from './workflows.service.ts';
import { yamlOf } from './yaml-answer.ts';

/** What the routes of workflows need. */
export interface WorkflowRoutesPorts {
  readonly store: Pick<Store, 'workflows'>;
  readonly service: WorkflowService;
  readonly definitions: Definitions;
}

/** The routes of workflows. */
export function workflowEndpoints(ports: WorkflowRoutesPorts): readonly Endpoint[] {
  const { service } = ports;
  const { workflows } = ports.store;
  const findWorkflow = ({ caller, params }: FindParams<{ name: string }>) =>
    workflows.get(caller.scope, params.name);
  const findVersion = ({ caller, params }: FindParams<{ name: string; version: string }>) =>
    workflows.getVersion(caller.scope, params.name, params.version);
  return [
    endpoint(routes.validateWorkflow, async ({ caller, body, mediaType }) => {
      const problems = await service.problems(caller.scope, { text: body, mediaType });
      return json(200, { valid: problems.every(({ severity }) => severity !== 'error'), problems });
    }),
    endpoint(routes.listWorkflows, async ({ caller, query }) => {
      const page = await workflows.list(caller.scope, query);
      return json(200, { ...page, items: page.items.map(toWorkflow) });
    }),
    endpointOn(routes.getWorkflow, {
      find: findWorkflow,
      handle: async (_call, workflow) => json(200, toWorkflow(workflow)),
    }),
    endpointOn(routes.listWorkflowVersions, {
      find: findWorkflow,
      handle: async ({ caller, query }, { name }) => {
        const page = await workflows.versions(caller.scope, name, query);
        return json(200, { ...page, items: page.items.map(toWorkflowVersion) });
      },
    }),
    endpoint(routes.publishWorkflow, async ({ caller, params, body, mediaType }) => {
      const { outcome, version } = await service.publish(caller, params, { text: body, mediaType });
      const headers = { Location: `/v1/workflows/${params.name}/versions/${params.version}` };
      return json(outcome === 'created' ? 201 : 200, toWorkflowVersion(version), headers);
    }),
    endpointOn(routes.getWorkflowVersion, {
      find: findVersion,
      handle: async ({ exchange }, version) => definitionAnswer(exchange, version),
    }),
    endpointOn(routes.archiveWorkflowVersion, {
      find: findVersion,
      handle: async ({ caller, params }) => {
        await workflows.archive(caller.scope, params.name, params.version);
        return empty(204);
      },
    }),
    endpointOn(routes.getWorkflowGraph, {
      find: findVersion,
      handle: async ({ query }, { contentHash, document }) =>
        graphAnswer(ports.definitions.read(contentHash, document), query.format),
    }),
    ...channelEndpoints(ports),
  ];
}

function channelEndpoints({ store, service }: WorkflowRoutesPorts): readonly Endpoint[] {
  return [
    endpointOn(routes.getChannel, {
      find: ({ caller, params }) => store.workflows.getChannel(caller.scope, params.name, params.channel),
      handle: async (_call, channel) => json(200, toChannel(channel), { ETag: channelTag(channel) }),
    }),
    endpointOn(routes.setChannel, {
      find: ({ caller, params }) => store.workflows.get(caller.scope, params.name),
      handle: async (call, workflow) => {
        const { created, channel } = await service.pointChannel(call, workflow);
        const location = `/v1/workflows/${workflow.name}/channels/${channel.channel}`;
        return json(created ? 201 : 200, toChannel(channel), {
          ETag: channelTag(channel),
          ...(created ? { Location: location } : {}),
        });
      },
    }),
  ];
}

function definitionAnswer({ request }: Exchange, version: WorkflowVersionRecord): Answer {
  const type = request.accepts(['application/json', 'application/yaml']);
  if (type === 'application/json')
    return json(200, version.document, { ETag: `"${version.contentHash}"`, Vary: 'Accept' });
  if (type === 'application/yaml') {
    return text('application/yaml', yamlOf(version), {
      ETag: `"${version.contentHash}-yaml"`,
      Vary: 'Accept',
    });
  }
  throw new AppError({
    code: 'not_acceptable',
    message: 'A definition comes as application/json or application/yaml; Accept names neither.',
  });
}
