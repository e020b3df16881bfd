import { pino } from 'pino';

/** How much is written. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** Facts of an event; names such as `runId`, `workspaceId`, `stepId`, `attempt`, `durationMs`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Logs are events: a fixed name and fields, never built strings. */
export interface Logger {
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
  /** A logger that adds fields to every event. */
  child(fields: LogFields): Logger;
}

/** Parameters of {@link createLogger}. */
export interface LoggerParams {
  /** Name of the process: `api`, `worker`. */
  readonly service: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Where lines go; default standard output. */
  readonly destination?: { write(line: string): void };
}

/** Members that are never written, wherever they stand down to three levels. */
const SECRET_NAMES = [
  'authorization',
  'Authorization',
  'cookie',
  'password',
  'secret',
  'secrets',
  'token',
  'apiKey',
  'accessToken',
  'refreshToken',
  'databaseUrl',
];

/** A logger that writes one JSON object per event: `time` (RFC 3339), `level`, `service`, `event` and the fields. */
export function createLogger(params: LoggerParams): Logger {
  const options = {
    level: params.level ?? 'info',
    base: { service: params.service },
    messageKey: 'event',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '***',
    },
  };
  return wrap(params.destination === undefined ? pino(options) : pino(options, params.destination));
}

interface Writer {
  error(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  info(fields: object, event: string): void;
  debug(fields: object, event: string): void;
  child(fields: object): Writer;
}

function wrap(writer: Writer): Logger {
  return {
    error: (event, fields = {}) => writer.error(readable(fields), event),
    warn: (event, fields = {}) => writer.warn(readable(fields), event),
    info: (event, fields = {}) => writer.info(readable(fields), event),
    debug: (event, fields = {}) => writer.debug(readable(fields), event),
    child: (fields) => wrap(writer.child(readable(fields))),
  };
}

/** Errors as plain facts; anything else as it is. */
function readable(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? factsOf(value) : value]),
  );
}

function factsOf(error: Error): LogFields {
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: factsOf(error.cause) } : {}),
  };
}
