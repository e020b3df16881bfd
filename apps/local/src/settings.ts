/** What the environment says about a local Baton. */
export interface Settings {
  /** Where databases, logs and pages lie, from the checkout; `null`: its `.baton`. */
  readonly stateDir: string | null;
  /** A loopback address or `localhost`. */
  readonly apiHost: string;
  readonly apiPort: number;
  /** `null`: any free one. */
  readonly workerMetricsPort: number | null;
  readonly postgresPort: number;
  readonly temporalPort: number;
  readonly temporalUiPort: number;
  /** Of the example agents, which only the demo starts. */
  readonly demoAgentsPort: number;
  /** A PostgreSQL of one's own, as the role of API and worker; the embedded one gives way to it. */
  readonly databaseUrl: string | null;
  /** The same database as the role that owns the tables; without it nothing is migrated there. */
  readonly migrationDatabaseUrl: string | null;
  /** A Temporal of one's own, `host:port`; the local one gives way to it. */
  readonly temporalAddress: string | null;
  readonly temporalNamespace: string;
  readonly temporalUiUrl: string | null;
  /** Where agents reach the API; `null`: where it listens. */
  readonly publicUrl: string | null;
  readonly logLevel: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

function portOf(env: Environment, name: string, fallback: number): number {
  const text = env[name];
  if (!text) return fallback;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`${name} must be a port from 1 to 65535, and it is "${text}".`);
  }
  return port;
}

/** The same addresses as the API itself takes, so that a person is told before anything is started. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

function apiHostOf(env: Environment): string {
  const host = env['BATON_API_HOST'] || '127.0.0.1';
  if (LOOPBACK.has(host.toLowerCase())) return host;
  throw new Error(
    `BATON_API_HOST: "${host}" can be reached by other machines, and only Keycloak could tell who calls: it arrives with a later version. Listen on 127.0.0.1, ::1 or localhost.`,
  );
}

/** Reads the environment; every variable has a default. Throws a sentence that names a variable that makes no sense. */
export function readSettings(env: Environment): Settings {
  const worker = env['BATON_WORKER_METRICS_PORT'];
  return {
    stateDir: env['BATON_STATE_DIR'] || null,
    apiHost: apiHostOf(env),
    apiPort: portOf(env, 'BATON_API_PORT', 8080),
    workerMetricsPort: worker ? portOf(env, 'BATON_WORKER_METRICS_PORT', 0) : null,
    postgresPort: portOf(env, 'BATON_POSTGRES_PORT', 54_329),
    temporalPort: portOf(env, 'BATON_TEMPORAL_PORT', 7233),
    temporalUiPort: portOf(env, 'BATON_TEMPORAL_UI_PORT', 8233),
    demoAgentsPort: portOf(env, 'BATON_DEMO_AGENTS_PORT', 4310),
    databaseUrl: env['DATABASE_URL'] || null,
    migrationDatabaseUrl: env['MIGRATION_DATABASE_URL'] || null,
    temporalAddress: env['TEMPORAL_ADDRESS'] || null,
    temporalNamespace: env['TEMPORAL_NAMESPACE'] || 'default',
    publicUrl: env['BATON_PUBLIC_URL'] || null,
    temporalUiUrl: env['TEMPORAL_UI_URL'] || null,
    logLevel: env['BATON_LOG_LEVEL'] || 'info',
  };
}

/** Where the API answers, without a slash at the end. */
export function apiUrlOf({ apiHost, apiPort }: Pick<Settings, 'apiHost' | 'apiPort'>): string {
  return `http://${apiHost.includes(':') ? `[${apiHost}]` : apiHost}:${apiPort}`;
}

/** A port that will be listened on, and the variable that moves it. */
export interface PortClaim {
  readonly what: string;
  readonly variable: string;
  readonly port: number;
}

/** The ports a start with these settings listens on. */
export function portClaims(settings: Settings): readonly PortClaim[] {
  const claims: PortClaim[] = [{ what: 'the API', variable: 'BATON_API_PORT', port: settings.apiPort }];
  if (settings.workerMetricsPort !== null) {
    claims.push({
      what: "the worker's health",
      variable: 'BATON_WORKER_METRICS_PORT',
      port: settings.workerMetricsPort,
    });
  }
  if (settings.databaseUrl === null) {
    claims.push({ what: 'PostgreSQL', variable: 'BATON_POSTGRES_PORT', port: settings.postgresPort });
  }
  if (settings.temporalAddress === null) {
    claims.push({ what: 'Temporal', variable: 'BATON_TEMPORAL_PORT', port: settings.temporalPort });
    claims.push({ what: 'Temporal UI', variable: 'BATON_TEMPORAL_UI_PORT', port: settings.temporalUiPort });
  }
  return claims;
}

/** The port the demo's agents listen on. */
export function demoPortClaim(settings: Settings): PortClaim {
  return { what: 'the example agents', variable: 'BATON_DEMO_AGENTS_PORT', port: settings.demoAgentsPort };
}

/** A sentence for each port that two parts claim or that is taken; `isTaken` looks at one port. */
export async function portProblems(
  claims: readonly PortClaim[],
  isTaken: (port: number) => Promise<boolean>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [index, { what, variable, port }] of claims.entries()) {
    const other = claims.slice(0, index).find((claim) => claim.port === port);
    if (other)
      problems.push(
        `Port ${port} is wanted by ${other.what} and by ${what}: set ${variable} to another one.`,
      );
    else if (await isTaken(port)) {
      problems.push(
        `Port ${port} for ${what} is taken: set ${variable} to a free one, as in ${variable}=${port + 1} npm start.`,
      );
    }
  }
  return problems;
}
