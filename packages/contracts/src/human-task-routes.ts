import { z } from 'zod';
import { decision, decisionRequest, humanTask, humanTaskListQuery, humanTaskPage } from './human-tasks.ts';
import { defineRoute, jsonBody } from './route.ts';
import { emptyBody } from './runs.ts';
import { uuid } from './values.ts';

const tag = 'Human tasks';
const byId = z.strictObject({ id: uuid });
const changed = { 200: { description: 'The task now.', schema: humanTask, headers: ['ETag'] } };

/** Operations on human tasks. */
export const humanTaskRoutes = {
  listHumanTasks: defineRoute({
    method: 'get',
    path: '/v1/human-tasks',
    operationId: 'listHumanTasks',
    summary: 'List human tasks',
    tag,
    action: 'human-tasks.read',
    query: humanTaskListQuery,
    answers: { 200: { description: 'A page, newest first.', schema: humanTaskPage } },
  }),
  getHumanTask: defineRoute({
    method: 'get',
    path: '/v1/human-tasks/{id}',
    operationId: 'getHumanTask',
    summary: 'Read a human task',
    tag,
    action: 'human-tasks.read',
    params: byId,
    headers: ['If-None-Match'],
    answers: { ...changed, 304: { description: 'Unchanged.' } },
    errors: [404],
  }),
  claimHumanTask: defineRoute({
    method: 'post',
    path: '/v1/human-tasks/{id}/claim',
    operationId: 'claimHumanTask',
    summary: 'Take a human task; lapses after PT30M',
    tag,
    action: 'human-tasks.decide',
    params: byId,
    headers: ['Idempotency-Key', 'If-Match'],
    body: jsonBody(emptyBody, false),
    answers: changed,
    errors: [404, 409, 412],
  }),
  releaseHumanTask: defineRoute({
    method: 'post',
    path: '/v1/human-tasks/{id}/release',
    operationId: 'releaseHumanTask',
    summary: 'Give a claimed human task back',
    tag,
    action: 'human-tasks.decide',
    params: byId,
    headers: ['Idempotency-Key', 'If-Match'],
    body: jsonBody(emptyBody, false),
    answers: changed,
    errors: [404, 409, 412],
  }),
  decideHumanTask: defineRoute({
    method: 'post',
    path: '/v1/human-tasks/{id}/decisions',
    operationId: 'decideHumanTask',
    summary: 'Decide a human task',
    tag,
    action: 'human-tasks.decide',
    params: byId,
    headers: ['Idempotency-Key', 'If-Match'],
    body: jsonBody(decisionRequest),
    answers: { 200: { description: 'The decision.', schema: decision, headers: ['ETag'] } },
    errors: [404, 409, 412, 422, 428],
  }),
};
