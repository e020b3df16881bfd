import { z } from 'zod';
import {
  instant,
  instantFilter,
  jsonObject,
  jsonSchema,
  jsonValue,
  listOf,
  pageOf,
  pageQuery,
  uuid,
} from './values.ts';

/** Status of a human task. */
const humanTaskStatus = z
  .enum(['open', 'claimed', 'approved', 'rejected', 'changes_requested', 'expired', 'canceled', 'superseded'])
  .meta({ id: 'HumanTaskStatus' });

const action = z
  .strictObject({
    id: z.string(),
    label: z.string().exactOptional(),
    outcome: z.enum(['approve', 'reject', 'revise', 'custom']),
    requireComment: z.boolean(),
  })
  .meta({ id: 'HumanTaskAction' });

/** A human task. */
export const humanTask = z
  .strictObject({
    id: uuid,
    runId: uuid,
    step: z.strictObject({
      path: z.string(),
      iteration: z.int().exactOptional(),
      attempt: z.int(),
    }),
    kind: z.string(),
    title: z.string(),
    body: z.string().nullable().meta({ description: 'Markdown.' }),
    context: jsonValue,
    items: jsonValue,
    form: jsonSchema.nullable(),
    actions: z.array(action).readonly(),
    policy: jsonObject,
    requester: z.string().meta({ description: 'Opaque id of who started the run.' }),
    claimant: z.string().nullable().meta({ description: 'Opaque id of who claimed it.' }),
    claimLapsesAt: instant.nullable(),
    priority: z.int(),
    dueAt: instant.nullable(),
    expiresAt: instant.nullable(),
    onExpire: z.string(),
    subjectHash: z.string().meta({ description: 'SHA-256 of all that a decision is bound to.' }),
    status: humanTaskStatus,
    outcome: jsonValue.meta({ description: 'What the run reads; null until decided.' }),
    delivery: z
      .enum(['pending', 'signaled', 'acknowledged'])
      .nullable()
      .meta({ description: 'How far the outcome has come on its way to the run.' }),
    createdAt: instant,
    decidedAt: instant.nullable(),
  })
  .meta({ id: 'HumanTask' });

/** Pages of human tasks. */
export const humanTaskPage = pageOf(humanTask, 'HumanTaskPage');

/** Query of `GET /v1/human-tasks`. */
export const humanTaskListQuery = z.strictObject({
  assignee: z
    .literal('me')
    .exactOptional()
    .meta({ description: '`me`: claimed by me, or I am a candidate and nobody claimed it.' }),
  status: listOf(humanTaskStatus)
    .exactOptional()
    .meta({ description: 'Any of these; repeated or with commas.' }),
  'due<': instantFilter
    .exactOptional()
    .meta({ description: 'Due at or before this instant: `?due<=2026-01-31T12:00:00Z`.' }),
  run: uuid.exactOptional(),
  q: z.string().max(200).exactOptional().meta({ description: 'Looked for in the title.' }),
  ...pageQuery,
});

/** Body of `POST /v1/human-tasks/{id}/decisions`. */
export const decisionRequest = z
  .strictObject({
    action: z.string().min(1).max(64).meta({ description: "Id of one of the task's actions." }),
    comment: z.string().max(10_000).exactOptional(),
    form: jsonValue.exactOptional().meta({ description: "Data for the task's form." }),
    subjectHash: z
      .string()
      .max(128)
      .exactOptional()
      .meta({ description: 'The hash that was shown; 409 when the task is bound to another.' }),
  })
  .meta({ id: 'DecisionRequest' });

/** A recorded decision. */
export const decision = z
  .strictObject({
    id: uuid,
    taskId: uuid,
    actor: z.string().meta({ description: 'Opaque id of who decided.' }),
    channel: z.enum(['ui', 'api', 'link', 'slack', 'a2a', 'system']),
    action: z.string(),
    outcome: z.string().meta({ description: "The action's word: approve, reject, revise or custom." }),
    comment: z.string().nullable(),
    form: jsonValue,
    subjectHash: z.string(),
    at: instant,
    taskStatus: humanTaskStatus.meta({ description: 'Status of the task with this decision counted.' }),
  })
  .meta({ id: 'Decision' });

/** A human task on the wire. */
export type HumanTask = z.infer<typeof humanTask>;
/** A decision on the wire. */
export type Decision = z.infer<typeof decision>;
/** What is sent to decide. */
export type DecisionRequest = z.input<typeof decisionRequest>;
/** Filters of the list of human tasks. */
export type HumanTaskListQuery = z.output<typeof humanTaskListQuery>;
