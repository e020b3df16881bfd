import { z } from 'zod';
import { defineRoute, MAX_BODY_BYTES } from './route.ts';

/** Operations of agents that answer later. */
export const callbackRoutes = {
  answerCallback: defineRoute({
    method: 'post',
    path: '/v1/callbacks/{token}',
    operationId: 'answerCallback',
    summary:
      'Give the answer of an agent that was asked to answer later; the URL is the permission, and works once',
    tag: 'Agents',
    action: null,
    params: z.strictObject({ token: z.string() }),
    body: {
      format: 'text',
      mediaTypes: ['application/json', 'text/plain'],
      schema: z.string(),
      required: true,
      maxBytes: MAX_BODY_BYTES,
    },
    answers: { 202: { description: 'Stored; the run goes on.' } },
    errors: [400, 404, 409, 410, 413, 415, 503],
  }),
};
