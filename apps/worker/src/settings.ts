import { RUNS_TASK_QUEUE } from '@baton/temporal-client';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

/** What Temporal takes as the name of a deployment. */
const deploymentName = /^(?!__)[^.:\s]{1,200}$/;

const fields = z.object({
  DATABASE_URL: z.string().min(1),
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  BATON_TASK_QUEUE: z.string().min(1).max(200).default(RUNS_TASK_QUEUE),
  BATON_WORKER_METRICS_PORT: port.default(8081),
  BATON_WORKER_CACHE: z.coerce.number().int().min(0).max(100_000).default(500),
  BATON_WORKER_DEPLOYMENT: z
    .string()
    .regex(
      deploymentName,
      'the name of a worker deployment has 1 to 200 characters, no ".", ":" or white space, and does not begin with "__"',
    )
    .optional(),
  BATON_WORKER_BUILD_ID: z.string().min(1).max(200).optional(),
  BATON_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  BATON_EGRESS_LOOPBACK: z.stringbool().default(true),
  BATON_AGENTS_DIR: z.string().min(1).default('.'),
  BATON_AGENTS_PROCESSES: z.coerce.number().int().min(1).max(1_000).default(8),
  BATON_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** A deployment without a build id, or the other way round, names no version. */
const schema = fields.superRefine((given, { addIssue }) => {
  const names = ['BATON_WORKER_DEPLOYMENT', 'BATON_WORKER_BUILD_ID'] as const;
  const missing = names.filter((name) => given[name] === undefined);
  const [name] = missing;
  if (missing.length !== 1 || name === undefined) return;
  const message = `give ${names.join(' and ')} together, or neither for a worker without versions`;
  addIssue({ code: 'custom', path: [name], message });
});

/** The worker's settings, from its environment. */
export type Settings = z.infer<typeof schema>;

/** Reads the settings; throws one sentence that names every variable that is wrong. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The worker cannot start: ${problems.join('; ')}.`);
}
