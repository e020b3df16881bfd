import { z } from 'zod';
import { runError } from './problem.ts';
import {
  instant,
  instantFilter,
  jsonObject,
  jsonValue,
  listOf,
  name,
  pageOf,
  pageQuery,
  runStatus,
  tags,
  uuid,
  version,
} from './values.ts';

/** What a call used. */
export const usage = z
  .strictObject({
    inputTokens: z.number(),
    outputTokens: z.number(),
    cachedTokens: z.number().exactOptional(),
    costUsd: z.number(),
    calls: z.number(),
    toolCalls: z.number(),
    cached: z
      .boolean()
      .exactOptional()
      .meta({ description: 'True when an earlier answer was given again: it cost nothing.' }),
  })
  .meta({ id: 'Usage' });

const waitKind = z.enum(['human', 'timer', 'event', 'retry', 'run', 'agent', 'capacity']);

/** A run. */
export const run = z
  .strictObject({
    id: uuid,
    workflow: z.string().meta({ description: 'Name of the workflow; of the agent for an invocation.' }),
    version: z.string(),
    status: runStatus,
    stalled: z.boolean().meta({ description: 'True while the run cannot go on because of a defect.' }),
    input: jsonValue,
    output: jsonValue.meta({ description: 'Null until the run completed.' }),
    error: runError.nullable(),
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    createdAt: instant,
    requester: z.string().meta({ description: 'Opaque id of who started it.' }),
    tags: z.record(z.string(), z.string()),
    priority: z.int().nullable().meta({ description: '1 (first) to 5 (last).' }),
    parent: z.strictObject({ runId: uuid, step: z.string() }).nullable(),
    forkedFrom: z.strictObject({ runId: uuid, step: z.string() }).nullable(),
    waitingFor: z
      .array(
        z.strictObject({
          kind: waitKind,
          step: z.string().meta({ description: 'JSON Pointer of the step that waits.' }),
          since: instant,
          humanTaskId: uuid.exactOptional(),
          ahead: z
            .int()
            .exactOptional()
            .meta({ description: 'With `capacity`: calls of the agent that go first.' }),
        }),
      )
      .readonly(),
    usage: z.strictObject({
      inputTokens: z.number(),
      outputTokens: z.number(),
      costUsd: z.number(),
      calls: z.number(),
      byAgent: z.record(z.string(), usage),
    }),
    budget: z.null(),
    links: z.strictObject({
      self: z.string(),
      events: z.string(),
      steps: z.string(),
      temporal: z
        .string()
        .nullable()
        .meta({ description: 'The run in Temporal UI; null when there is none.' }),
    }),
  })
  .meta({ id: 'Run' });

/** Pages of runs. */
export const runPage = pageOf(run, 'RunPage');

/** Body of `POST /v1/workflows/{name}/runs`. */
export const runStart = z
  .strictObject({
    input: jsonValue.default(null).meta({ description: 'At most 1 MiB; default null.' }),
    version: version.exactOptional(),
    channel: name.exactOptional().meta({ description: 'Default: the channel `default`.' }),
    tags: tags.exactOptional(),
    priority: z
      .int()
      .min(1)
      .max(5)
      .exactOptional()
      .meta({ description: '1 (first) to 5 (last); default 3.' }),
  })
  .meta({ id: 'RunStart' });

/** Query of `GET /v1/runs`. */
export const runListQuery = z.strictObject({
  status: listOf(runStatus).exactOptional().meta({ description: 'Any of these; repeated or with commas.' }),
  workflow: z.string().max(63).exactOptional(),
  version: z.string().max(64).exactOptional(),
  tag: z
    .preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      z
        .array(
          z
            .string()
            .max(321)
            .regex(/^[^:]+:/, 'A tag is written key:value.'),
        )
        .max(32),
    )
    .exactOptional()
    .meta({ description: '`key:value`, repeatable: every one must match.' }),
  startedAfter: instantFilter.exactOptional(),
  startedBefore: instantFilter.exactOptional(),
  parent: uuid.exactOptional(),
  q: z
    .string()
    .max(200)
    .exactOptional()
    .meta({ description: "Looked for in the workflow's name, the tags and the id." }),
  ...pageQuery,
});

/** One execution of one task. */
export interface Step {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly kind: string;
  readonly iteration: number | null;
  readonly attempt: number;
  readonly status: z.infer<typeof stepStatus>;
  readonly input: z.infer<typeof jsonValue>;
  readonly output: z.infer<typeof jsonValue>;
  readonly error: z.infer<typeof runError> | null;
  readonly usage: z.infer<typeof usage> | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly wait: z.infer<typeof stepWait> | null;
  readonly humanTaskId: string | null;
  readonly childRunId: string | null;
  readonly attempts: readonly z.infer<typeof stepAttempt>[];
  readonly steps: readonly Step[];
}

const stepStatus = z.enum(['pending', 'running', 'waiting', 'completed', 'faulted', 'canceled', 'skipped']);

const stepWait = z.strictObject({
  kind: waitKind,
  since: instant,
  until: instant.exactOptional(),
  humanTaskId: uuid.exactOptional(),
  childRunId: uuid.exactOptional(),
});

const stepAttempt = z.strictObject({
  attempt: z.int(),
  startedAt: instant,
  endedAt: instant.exactOptional(),
  error: runError.exactOptional(),
});

/** One execution of one task, with the steps inside it. */
const step: z.ZodType<Step> = z
  .strictObject({
    id: z.int().meta({ description: 'Number of the step in its run, from 1.' }),
    path: z.string().meta({ description: 'JSON Pointer of the task, `/do/0/charge`.' }),
    name: z.string(),
    kind: z.string(),
    iteration: z.int().nullable().meta({ description: 'Index in the enclosing `for`.' }),
    attempt: z.int(),
    status: stepStatus,
    input: jsonValue,
    output: jsonValue,
    error: runError.nullable(),
    usage: usage.nullable(),
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    wait: stepWait.nullable(),
    humanTaskId: uuid.nullable(),
    childRunId: uuid.nullable(),
    attempts: z.array(stepAttempt).readonly(),
    get steps(): z.ZodType<readonly Step[]> {
      return z.array(step).readonly();
    },
  })
  .meta({ id: 'Step' });

/** The tree of a run's steps. */
export const stepTree = z.strictObject({ steps: z.array(step).readonly() }).meta({ id: 'StepTree' });

/** Body of cancel and terminate. */
export const runEnd = z
  .strictObject({
    reason: z
      .string()
      .max(1000)
      .exactOptional()
      .meta({ description: 'Kept in the event run.canceled, or in the error of a terminated run.' }),
  })
  .meta({ id: 'RunEnd' });
/** Body of suspend and resume: an object without members, or nothing. */
export const emptyBody = z.strictObject({}).meta({ id: 'Nothing' });

/** Answer to a signal. */
export const signalReceipt = z
  .strictObject({ event: jsonObject.meta({ description: 'The CloudEvent as it goes to the run.' }) })
  .meta({ id: 'SignalReceipt' });

/** Body of `POST /v1/workflows/{name}/dry-runs`. */
export const dryRunStart = z
  .strictObject({
    input: jsonValue.default(null),
    version: version.exactOptional(),
    channel: name.exactOptional(),
    mocks: z.record(z.string().max(1000), jsonValue).default({}).meta({
      description:
        'What calls answer, by name or JSON Pointer of their step; an object whose only key is `error` faults.',
    }),
  })
  .meta({ id: 'DryRunStart' });

/** What a rehearsal gave. */
export const dryRunResult = z
  .strictObject({
    status: z.enum(['waiting', 'completed', 'faulted', 'canceled']),
    output: jsonValue,
    error: runError.nullable(),
    steps: z.array(step).readonly(),
  })
  .meta({ id: 'DryRunResult' });

/** A run on the wire. */
export type Run = z.infer<typeof run>;
/** Filters of the list of runs, as text. */
export type RunListQuery = z.output<typeof runListQuery>;
/** What is sent to start a run. */
export type RunStartRequest = z.input<typeof runStart>;
/** What is sent to rehearse a run. */
export type DryRunRequest = z.input<typeof dryRunStart>;
/** What a rehearsal gave, on the wire. */
export type DryRunResult = z.infer<typeof dryRunResult>;
/** Answer to a signal, on the wire. */
export type SignalReceipt = z.infer<typeof signalReceipt>;
