import { z } from 'zod';
import { defineRoute } from './route.ts';

const tag = 'Operations';

/** Body of `GET /healthz`. */
const health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });

/** Body of `GET /readyz`. */
export const readiness = z
  .strictObject({
    ready: z.boolean(),
    missing: z.array(z.string()).readonly().meta({ description: 'What is away, one sentence each.' }),
  })
  .meta({ id: 'Readiness' });

/** Operations on the process itself. */
export const operationRoutes = {
  getHealth: defineRoute({
    method: 'get',
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Whether the process answers',
    tag,
    action: null,
    answers: { 200: { description: 'It does.', schema: health } },
  }),
  getReadiness: defineRoute({
    method: 'get',
    path: '/readyz',
    operationId: 'getReadiness',
    summary: 'Whether Temporal, PostgreSQL and a worker are there',
    tag,
    action: null,
    answers: { 200: { description: 'All are.', schema: readiness } },
    errors: [503],
  }),
  getOpenApi: defineRoute({
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    summary: 'This document',
    tag,
    action: null,
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({}) } },
  }),
  getDocs: defineRoute({
    method: 'get',
    path: '/docs',
    operationId: 'getDocs',
    summary: 'This document as a page',
    tag,
    action: null,
    answers: { 200: { description: 'HTML.', mediaTypes: ['text/html'] } },
  }),
  getMetrics: defineRoute({
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    tag,
    action: null,
    answers: { 200: { description: 'Text exposition format.', mediaTypes: ['text/plain'] } },
  }),
};

/** Body of `GET /readyz`. */
export type Readiness = z.infer<typeof readiness>;
