import { z } from 'zod';
import {
  durationUpTo,
  instant,
  jsonObject,
  jsonSchema,
  jsonValue,
  name,
  pageOf,
  pageQuery,
  tags,
  version,
  versionRange,
} from './values.ts';

const DAY_MS = 86_400_000;

const retry = z
  .strictObject({
    maxAttempts: z.int().min(1).max(100).default(5),
    initialInterval: durationUpTo(DAY_MS, 'P1D').default('PT1S'),
    backoff: z.number().min(1).max(10).default(2),
    maxInterval: durationUpTo(DAY_MS, 'P1D').default('PT1M'),
    nonRetryable: z
      .array(z.string().min(1).max(500))
      .max(50)
      .readonly()
      .default([])
      .meta({ description: 'Error types (URIs or their last segment) that are never tried again.' }),
  })
  .meta({ id: 'AgentRetry' });

const cost = z
  .strictObject({
    inputPerMTokUsd: z.number().min(0).exactOptional(),
    outputPerMTokUsd: z.number().min(0).exactOptional(),
    perCallUsd: z.number().min(0).exactOptional(),
  })
  .meta({ id: 'AgentCost' });

const concurrency = z
  .strictObject({
    max: z
      .int()
      .min(1)
      .max(10_000)
      .exactOptional()
      .meta({ description: 'Calls of this version that may be under way at once.' }),
    perWorkspace: z
      .int()
      .min(1)
      .max(10_000)
      .exactOptional()
      .meta({ description: 'Calls of all versions of the agent in the workspace.' }),
  })
  .refine(({ max, perWorkspace }) => max !== undefined || perWorkspace !== undefined, {
    error: 'Give "max", "perWorkspace" or both.',
  })
  .meta({ id: 'AgentConcurrency' });

const cache = z
  .strictObject({
    ttl: durationUpTo(30 * DAY_MS, 'P30D').meta({ description: 'For how long an answer is given again.' }),
    key: z.string().min(1).max(10_000).exactOptional().meta({
      description:
        'jq over the input that says which questions are the same; `$session` is the session. Default: the whole input, and the session.',
    }),
  })
  .meta({ id: 'AgentCache', description: 'Gives the answer to an earlier question again to the same one.' });

const limits = z
  .strictObject({
    maxSteps: z.int().min(1).max(100).exactOptional().meta({
      description: 'Answers in one call: the first, and one after each round of tools. Default 25.',
    }),
    maxToolCalls: z
      .int()
      .min(0)
      .max(1_000)
      .exactOptional()
      .meta({ description: 'Calls of tools in one call. Default 100.' }),
    maxTokens: z
      .int()
      .min(1)
      .exactOptional()
      .meta({ description: 'Tokens in and out in one call. Default: any number.' }),
  })
  .meta({ id: 'AgentLimits', description: 'How far one call may go.' });

const described = {
  adapter: z.string().min(1).max(63).meta({ description: 'The kind of agent: `http`.' }),
  title: z.string().max(200).exactOptional(),
  description: z.string().max(10_000).exactOptional(),
  tags: tags.exactOptional(),
  config: jsonObject.meta({ description: 'What the adapter needs to know.' }),
  input: z.strictObject({ schema: jsonSchema }).exactOptional(),
  output: z
    .strictObject({
      schema: jsonSchema,
      repair: z.boolean().exactOptional().meta({
        description: 'Whether an output that does not match is sent back once, to be mended. Default false.',
      }),
    })
    .exactOptional(),
  cost: cost.exactOptional(),
  concurrency: concurrency.exactOptional(),
  limits: limits.exactOptional(),
  cache: cache.exactOptional(),
};

const RETRY_DEFAULT = {
  maxAttempts: 5,
  initialInterval: 'PT1S',
  backoff: 2,
  maxInterval: 'PT1M',
  nonRetryable: [],
};

/** Body of `PUT /v1/agents/{name}/versions/{version}`; parsing fills in the defaults. */
export const agentRegistration = z
  .strictObject({
    name: name.exactOptional().meta({ description: "When given, the path's." }),
    version: version.exactOptional().meta({ description: "When given, the path's." }),
    ...described,
    timeout: durationUpTo(7 * DAY_MS, 'P7D')
      .default('PT5M')
      .meta({ description: 'Longest time of one attempt.' }),
    retry: retry.default(RETRY_DEFAULT),
    effects: z
      .enum(['none', 'idempotent', 'unknown'])
      .default('unknown')
      .meta({ description: 'What a delivery may do to the world; decides how carefully it is repeated.' }),
  })
  .meta({ id: 'AgentRegistration' });

/** A registered version. */
export const agentVersion = z
  .strictObject({
    name,
    version,
    ...described,
    timeout: z.string(),
    retry,
    effects: z.enum(['none', 'idempotent', 'unknown']),
    capabilities: z
      .strictObject({
        streaming: z.boolean(),
        sessions: z.boolean(),
        pauses: z.boolean(),
        cancel: z.boolean(),
        files: z.boolean(),
      })
      .nullable()
      .meta({ description: 'What the adapter can do; null when it is not installed any more.' }),
    owner: z.string().meta({ description: 'Opaque id of who registered it.' }),
    createdAt: instant,
    archivedAt: instant.nullable(),
  })
  .meta({ id: 'AgentVersion' });

/** An agent with its newest version. */
export const agent = z
  .strictObject({
    name,
    createdAt: instant,
    latest: agentVersion
      .nullable()
      .meta({ description: 'The highest version that is not archived; null when all are.' }),
  })
  .meta({ id: 'Agent' });

/** Pages of agents. */
export const agentPage = pageOf(agent, 'AgentPage');
/** Pages of an agent's versions. */
export const agentVersionPage = pageOf(agentVersion, 'AgentVersionPage');

/** Query of `GET /v1/agents`. */
export const agentListQuery = z.strictObject({
  adapter: z.string().max(63).exactOptional(),
  q: z.string().max(200).exactOptional().meta({ description: 'Looked for in name and title.' }),
  ...pageQuery,
});

/** What a probe found. */
export const agentHealth = z
  .strictObject({
    agent: name,
    version,
    healthy: z.boolean(),
    detail: z.string().nullable().meta({ description: 'Why not, in one sentence.' }),
    latencyMs: z.number(),
    circuit: z
      .strictObject({
        state: z.enum(['closed', 'open', 'half-open']),
        since: instant.nullable().meta({ description: 'When it was opened; null while it is closed.' }),
        retryAt: instant
          .nullable()
          .meta({ description: 'When one call may try whether the agent is well again.' }),
      })
      .meta({
        description: 'While it is open, calls fail at once instead of waiting for an agent that is away.',
      }),
    checkedAt: instant,
  })
  .meta({ id: 'AgentHealth' });

/** Body of `POST /v1/agents/{name}/invocations`. */
export const invocation = z
  .strictObject({
    input: jsonValue,
    version: versionRange.exactOptional().meta({ description: 'Default: the highest version not archived.' }),
    // No braces: in the definition made from it, a session must not read as an expression.
    session: z
      .string()
      .regex(/^[\w.:@/+=-]{1,256}$/, 'A session is 1 to 256 letters, digits and . _ : @ / + = -')
      .exactOptional()
      .meta({ description: 'Conversation the agent keeps.' }),
  })
  .meta({ id: 'Invocation' });

/** A registration with every default filled in. */
export type AgentRegistration = z.output<typeof agentRegistration>;
/** A registered version on the wire. */
export type AgentVersion = z.infer<typeof agentVersion>;
/** What is sent to register a version. */
export type AgentRegistrationRequest = z.input<typeof agentRegistration>;
/** An agent on the wire. */
export type Agent = z.infer<typeof agent>;
/** What a probe found, on the wire. */
export type AgentHealth = z.infer<typeof agentHealth>;
/** What is sent to call an agent. */
export type InvocationRequest = z.input<typeof invocation>;
