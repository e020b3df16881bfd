import type { SecretResolver } from '@baton/agents';

/** Secrets of the worker's own environment: `$secrets.writer` is the variable BATON_SECRET_WRITER. */
export function createEnvironmentSecrets(
  environment: Readonly<Record<string, string | undefined>>,
): SecretResolver {
  return { resolve: async (name) => environment[`BATON_SECRET_${name.toUpperCase()}`] ?? null };
}
