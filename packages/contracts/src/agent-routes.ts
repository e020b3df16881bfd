import { z } from 'zod';
import {
  agent,
  agentHealth,
  agentListQuery,
  agentPage,
  agentRegistration,
  agentVersion,
  agentVersionPage,
  invocation,
} from './agents.ts';
import { MAX_DEFINITION_BYTES } from './definition-source.ts';
import { defineRoute, jsonBody } from './route.ts';
import { run } from './runs.ts';
import { name, version } from './values.ts';
import { plainListQuery } from './workflows.ts';

const tag = 'Agents';
const byName = z.strictObject({ name });
const byVersion = z.strictObject({ name, version });

/** Operations on agents. */
export const agentRoutes = {
  listAgents: defineRoute({
    method: 'get',
    path: '/v1/agents',
    operationId: 'listAgents',
    summary: 'List agents',
    tag,
    action: 'agents.read',
    query: agentListQuery,
    answers: { 200: { description: 'A page, newest first.', schema: agentPage } },
  }),
  getAgent: defineRoute({
    method: 'get',
    path: '/v1/agents/{name}',
    operationId: 'getAgent',
    summary: 'Read an agent',
    tag,
    action: 'agents.read',
    params: byName,
    answers: { 200: { description: 'The agent.', schema: agent } },
    errors: [404],
  }),
  listAgentVersions: defineRoute({
    method: 'get',
    path: '/v1/agents/{name}/versions',
    operationId: 'listAgentVersions',
    summary: 'List the versions of an agent',
    tag,
    action: 'agents.read',
    params: byName,
    query: plainListQuery,
    answers: { 200: { description: 'A page, highest first.', schema: agentVersionPage } },
    errors: [404],
  }),
  registerAgent: defineRoute({
    method: 'put',
    path: '/v1/agents/{name}/versions/{version}',
    operationId: 'registerAgent',
    summary: 'Register a version',
    tag,
    action: 'agents.write',
    params: byVersion,
    body: { ...jsonBody(agentRegistration), maxBytes: MAX_DEFINITION_BYTES },
    answers: {
      200: { description: 'The same version was registered before.', schema: agentVersion },
      201: { description: 'Registered.', schema: agentVersion, headers: ['Location'] },
    },
    errors: [404, 409, 422],
  }),
  getAgentVersion: defineRoute({
    method: 'get',
    path: '/v1/agents/{name}/versions/{version}',
    operationId: 'getAgentVersion',
    summary: 'Read a version',
    tag,
    action: 'agents.read',
    params: byVersion,
    answers: { 200: { description: 'The version.', schema: agentVersion } },
    errors: [404],
  }),
  archiveAgentVersion: defineRoute({
    method: 'delete',
    path: '/v1/agents/{name}/versions/{version}',
    operationId: 'archiveAgentVersion',
    summary: 'Archive a version: no new runs pin it',
    tag,
    action: 'agents.write',
    params: byVersion,
    answers: { 204: { description: 'Archived.' } },
    errors: [404],
  }),
  getAgentHealth: defineRoute({
    method: 'get',
    path: '/v1/agents/{name}/health',
    operationId: 'getAgentHealth',
    summary: 'Probe the newest version',
    tag,
    action: 'agents.read',
    params: byName,
    answers: { 200: { description: 'What the probe found, healthy or not.', schema: agentHealth } },
    errors: [404],
  }),
  invokeAgent: defineRoute({
    method: 'post',
    path: '/v1/agents/{name}/invocations',
    operationId: 'invokeAgent',
    summary: 'Call an agent once, as a run of its own',
    tag,
    action: 'agents.invoke',
    params: byName,
    headers: ['Idempotency-Key', 'Prefer'],
    body: jsonBody(invocation),
    answers: {
      200: {
        description: 'The run, ended in time.',
        schema: run,
        headers: ['Location', 'Preference-Applied'],
      },
      202: { description: 'The run, accepted.', schema: run, headers: ['Location'] },
    },
    errors: [404, 409, 422],
  }),
};
