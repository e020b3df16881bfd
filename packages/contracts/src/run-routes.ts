import { z } from 'zod';
import { defineRoute, jsonBody, MAX_BODY_BYTES } from './route.ts';
import { runEventList } from './run-events.ts';
import {
  dryRunResult,
  dryRunStart,
  emptyBody,
  run,
  runEnd,
  runListQuery,
  runPage,
  runStart,
  signalReceipt,
  stepTree,
} from './runs.ts';
import { jsonValue, name, uuid } from './values.ts';
import { eventListQuery, graph, graphQuery } from './workflows.ts';

const tag = 'Runs';
const byName = z.strictObject({ name });
const byId = z.strictObject({ id: uuid });
const signalName = z
  .string()
  .regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,126}[a-zA-Z0-9])?$/)
  .meta({ description: 'Type of the event, when the body is plain JSON.' });

const started = {
  200: { description: 'The run, ended in time.', schema: run, headers: ['Location', 'Preference-Applied'] },
  202: { description: 'The run, accepted.', schema: run, headers: ['Location'] },
};
const controlled = { 202: { description: 'Accepted; the run as it is now.', schema: run } };

/** Operations on runs. */
export const runRoutes = {
  startRun: defineRoute({
    method: 'post',
    path: '/v1/workflows/{name}/runs',
    operationId: 'startRun',
    summary: 'Start a run',
    tag,
    action: 'runs.start',
    params: byName,
    headers: ['Idempotency-Key', 'Prefer'],
    body: jsonBody(runStart),
    answers: started,
    errors: [404, 409, 422],
  }),
  dryRun: defineRoute({
    method: 'post',
    path: '/v1/workflows/{name}/dry-runs',
    operationId: 'dryRun',
    summary: 'Rehearse a run with mocked calls, without any effect',
    tag,
    action: 'runs.rehearse',
    params: byName,
    body: jsonBody(dryRunStart),
    answers: { 200: { description: 'Steps and result.', schema: dryRunResult } },
    errors: [404, 422],
  }),
  listRuns: defineRoute({
    method: 'get',
    path: '/v1/runs',
    operationId: 'listRuns',
    summary: 'List runs',
    tag,
    action: 'runs.read',
    query: runListQuery,
    answers: { 200: { description: 'A page, newest first.', schema: runPage } },
  }),
  getRun: defineRoute({
    method: 'get',
    path: '/v1/runs/{id}',
    operationId: 'getRun',
    summary: 'Read a run',
    tag,
    action: 'runs.read',
    params: byId,
    answers: { 200: { description: 'The run.', schema: run } },
    errors: [404],
  }),
  listSteps: defineRoute({
    method: 'get',
    path: '/v1/runs/{id}/steps',
    operationId: 'listSteps',
    summary: "Read the tree of a run's steps",
    tag,
    action: 'runs.read',
    params: byId,
    answers: { 200: { description: 'The tree.', schema: stepTree } },
    errors: [404],
  }),
  streamEvents: defineRoute({
    method: 'get',
    path: '/v1/runs/{id}/events',
    operationId: 'streamEvents',
    summary: 'Follow the events of a run (Server-Sent Events), or list them (JSON, by Accept)',
    tag,
    action: 'runs.read',
    params: byId,
    query: eventListQuery,
    headers: ['Last-Event-ID'],
    answers: {
      200: {
        description:
          'The events; a stream ends after the event that ends the run. Between them come live frames (LiveFrame) without an id: what agents tell while they work.',
        schema: runEventList,
        mediaTypes: ['text/event-stream', 'application/json'],
      },
      204: { description: 'The run has ended and Last-Event-ID names its last event.' },
    },
    errors: [404, 406],
  }),
  getRunGraph: defineRoute({
    method: 'get',
    path: '/v1/runs/{id}/graph',
    operationId: 'getRunGraph',
    summary: "Picture of the definition with the run's state",
    tag,
    action: 'runs.read',
    params: byId,
    query: graphQuery,
    answers: {
      200: { description: 'The graph.', schema: graph, mediaTypes: ['application/json', 'text/vnd.mermaid'] },
    },
    errors: [404],
  }),
  cancelRun: control('cancel', 'Cancel a run and everything it has open; no catch sees it', runEnd),
  terminateRun: control('terminate', 'End a run at once, without a word to it', runEnd),
  suspendRun: control('suspend', 'Start nothing new until resumed', emptyBody),
  resumeRun: control('resume', 'Go on with a suspended run', emptyBody),
  signalRun: defineRoute({
    method: 'post',
    path: '/v1/runs/{id}/signals/{name}',
    operationId: 'signalRun',
    summary: 'Deliver a CloudEvent, or JSON that becomes the data of one, to a `listen`',
    tag,
    action: 'runs.control',
    params: z.strictObject({ id: uuid, name: signalName }),
    headers: ['Idempotency-Key'],
    body: {
      format: 'json',
      mediaTypes: ['application/json', 'application/cloudevents+json'],
      schema: jsonValue,
      required: false,
      maxBytes: MAX_BODY_BYTES,
    },
    answers: { 202: { description: 'Accepted.', schema: signalReceipt } },
    errors: [404, 409],
  }),
};

function control<Verb extends 'cancel' | 'terminate' | 'suspend' | 'resume', Body extends z.ZodType>(
  verb: Verb,
  summary: string,
  body: Body,
) {
  return defineRoute({
    method: 'post',
    path: `/v1/runs/{id}/${verb}`,
    operationId: `${verb}Run`,
    summary,
    tag,
    action: 'runs.control',
    params: byId,
    headers: ['Idempotency-Key'],
    body: jsonBody(body, false),
    answers: controlled,
    errors: [404, 409],
  });
}
