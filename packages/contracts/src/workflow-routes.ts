import { z } from 'zod';
import { MAX_DEFINITION_BYTES } from './definition-source.ts';
import { defineRoute, type RouteBody } from './route.ts';
import { name, version } from './values.ts';
import {
  channel,
  channelChange,
  graph,
  graphQuery,
  plainListQuery,
  validation,
  workflow,
  workflowListQuery,
  workflowPage,
  workflowVersion,
  workflowVersionPage,
} from './workflows.ts';

const tag = 'Workflows';
const byName = z.strictObject({ name });
const byVersion = z.strictObject({ name, version });
const byChannel = z.strictObject({ name, channel: name });

const DEFINITION_TYPES = ['application/yaml', 'application/json'];
const definition: RouteBody<z.ZodString> = {
  format: 'text',
  mediaTypes: DEFINITION_TYPES,
  schema: z.string().meta({ description: 'A definition, as YAML or JSON.' }),
  required: true,
  maxBytes: MAX_DEFINITION_BYTES,
};

/** Operations on workflows. */
export const workflowRoutes = {
  validateWorkflow: defineRoute({
    method: 'post',
    path: '/v1/workflows:validate',
    operationId: 'validateWorkflow',
    summary: 'Check a definition without publishing it',
    tag,
    action: 'workflows.validate',
    body: definition,
    answers: { 200: { description: 'What is right or wrong with it.', schema: validation } },
  }),
  listWorkflows: defineRoute({
    method: 'get',
    path: '/v1/workflows',
    operationId: 'listWorkflows',
    summary: 'List workflows',
    tag,
    action: 'workflows.read',
    query: workflowListQuery,
    answers: { 200: { description: 'A page, newest first.', schema: workflowPage } },
  }),
  getWorkflow: defineRoute({
    method: 'get',
    path: '/v1/workflows/{name}',
    operationId: 'getWorkflow',
    summary: 'Read a workflow',
    tag,
    action: 'workflows.read',
    params: byName,
    answers: { 200: { description: 'The workflow.', schema: workflow } },
    errors: [404],
  }),
  listWorkflowVersions: defineRoute({
    method: 'get',
    path: '/v1/workflows/{name}/versions',
    operationId: 'listWorkflowVersions',
    summary: 'List the versions of a workflow',
    tag,
    action: 'workflows.read',
    params: byName,
    query: plainListQuery,
    answers: { 200: { description: 'A page, newest first.', schema: workflowVersionPage } },
    errors: [404],
  }),
  publishWorkflow: defineRoute({
    method: 'put',
    path: '/v1/workflows/{name}/versions/{version}',
    operationId: 'publishWorkflow',
    summary: 'Publish a version',
    tag,
    action: 'workflows.write',
    params: byVersion,
    body: definition,
    answers: {
      200: { description: 'The same definition was published before.', schema: workflowVersion },
      201: { description: 'Published.', schema: workflowVersion, headers: ['Location'] },
    },
    errors: [404, 409, 422],
  }),
  getWorkflowVersion: defineRoute({
    method: 'get',
    path: '/v1/workflows/{name}/versions/{version}',
    operationId: 'getWorkflowVersion',
    summary: 'Read the definition of a version, as JSON or (by Accept) as the YAML that was sent',
    tag,
    action: 'workflows.read',
    params: byVersion,
    headers: ['If-None-Match'],
    answers: {
      200: {
        description: 'The definition.',
        schema: z.looseObject({}).meta({ description: 'A definition.' }),
        mediaTypes: ['application/json', 'application/yaml'],
        headers: ['ETag'],
      },
      304: { description: 'Unchanged.' },
    },
    errors: [404, 406],
  }),
  archiveWorkflowVersion: defineRoute({
    method: 'delete',
    path: '/v1/workflows/{name}/versions/{version}',
    operationId: 'archiveWorkflowVersion',
    summary: 'Archive a version: no new runs, running ones go on',
    tag,
    action: 'workflows.write',
    params: byVersion,
    answers: { 204: { description: 'Archived.' } },
    errors: [404],
  }),
  getWorkflowGraph: defineRoute({
    method: 'get',
    path: '/v1/workflows/{name}/versions/{version}/graph',
    operationId: 'getWorkflowGraph',
    summary: 'Picture of a definition',
    tag,
    action: 'workflows.read',
    params: byVersion,
    query: graphQuery,
    answers: {
      200: { description: 'The graph.', schema: graph, mediaTypes: ['application/json', 'text/vnd.mermaid'] },
    },
    errors: [404],
  }),
  getChannel: defineRoute({
    method: 'get',
    path: '/v1/workflows/{name}/channels/{channel}',
    operationId: 'getChannel',
    summary: 'Read where a channel points',
    tag,
    action: 'workflows.read',
    params: byChannel,
    headers: ['If-None-Match'],
    answers: {
      200: { description: 'The channel.', schema: channel, headers: ['ETag'] },
      304: { description: 'Unchanged.' },
    },
    errors: [404],
  }),
  setChannel: defineRoute({
    method: 'put',
    path: '/v1/workflows/{name}/channels/{channel}',
    operationId: 'setChannel',
    summary: 'Point a channel at a version',
    tag,
    action: 'workflows.write',
    params: byChannel,
    headers: ['If-Match', 'If-None-Match'],
    body: {
      format: 'json',
      mediaTypes: ['application/json'],
      schema: channelChange,
      required: true,
      maxBytes: MAX_DEFINITION_BYTES,
    },
    answers: {
      200: { description: 'Moved.', schema: channel, headers: ['ETag'] },
      201: { description: 'Made.', schema: channel, headers: ['ETag', 'Location'] },
    },
    errors: [404, 412, 422, 428],
  }),
};
