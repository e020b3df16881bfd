import { RUNS_TASK_QUEUE } from '@baton/temporal-client';
import { z } from 'zod';
import { isLoopback } from './http/local-profile.ts';

const schema = z
  .object({
    DATABASE_URL: z.string().regex(/^postgres(?:ql)?:\/\//, 'must begin with postgres://'),
    TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
    TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
    BATON_TASK_QUEUE: z.string().min(1).max(200).default(RUNS_TASK_QUEUE),
    TEMPORAL_UI_URL: z.url().optional(),
    KEYCLOAK_URL: z.string().optional(),
    BATON_API_HOST: z.string().min(1).default('127.0.0.1'),
    BATON_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    BATON_API_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(6_000),
    BATON_EGRESS_LOOPBACK: z.stringbool().default(true),
    BATON_LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug', 'silent']).default('info'),
  })
  .superRefine((given, context) => {
    if (given.KEYCLOAK_URL !== undefined && given.KEYCLOAK_URL !== '') {
      context.addIssue({
        code: 'custom',
        path: ['KEYCLOAK_URL'],
        message: 'Keycloak arrives with a later version; unset it and listen on loopback',
      });
    }
    if (!isLoopback(given.BATON_API_HOST)) {
      context.addIssue({
        code: 'custom',
        path: ['BATON_API_HOST'],
        message: `"${given.BATON_API_HOST}" can be reached by other machines, and only Keycloak could tell who calls: it arrives with a later version. Listen on 127.0.0.1, ::1 or localhost`,
      });
    }
  });

/** The settings of the API, from its environment. */
export type Environment = z.infer<typeof schema>;

/** Reads the environment. Throws one sentence that names every variable that is wrong. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Environment {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The API cannot start. ${problems.join('; ')}.`);
}
