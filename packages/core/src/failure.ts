import { storableText } from './excerpt.ts';
import type { Json } from './json.ts';

/** The standard errors of the language, by their last path segment. */
export type ErrorKind =
  | 'configuration'
  | 'validation'
  | 'expression'
  | 'authentication'
  | 'authorization'
  | 'timeout'
  | 'communication'
  | 'runtime';

const STATUS_OF: Readonly<Record<ErrorKind, number>> = {
  configuration: 400,
  validation: 400,
  expression: 400,
  authentication: 401,
  authorization: 403,
  timeout: 408,
  communication: 500,
  runtime: 500,
};

const BASE = 'https://open-workflow-specification.org/spec/1.0.0/errors/';

/** The error as the language sees it: problem details of RFC 7807. */
export interface Problem {
  /** Absolute URI that names the kind of error. */
  readonly type: string;
  /** HTTP-like status code. */
  readonly status: number;
  readonly title?: string;
  readonly detail?: string;
  /** JSON Pointer of the task that failed, with indexes (`/do/0/charge`). */
  readonly instance?: string;
}

/** A failed effect as data: stored, shown and replayed. */
export interface Failure extends Problem {
  readonly title: string;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** The counterpart's own wish for the next attempt, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Short machine word of the cause (`connect_failed`), for logs and metrics. */
  readonly code?: string;
}

/** The type URI that Baton emits for a standard error. */
export function errorType(kind: ErrorKind): string {
  return BASE + kind;
}

/** The same problem in texts that everybody can hold; see `storableText`. */
export function storableProblem<Kind extends Problem>(problem: Kind): Kind {
  const { type, title, detail, instance } = problem;
  return {
    ...problem,
    type: storableText(type),
    ...(title === undefined ? {} : { title: storableText(title) }),
    ...(detail === undefined ? {} : { detail: storableText(detail) }),
    ...(instance === undefined ? {} : { instance: storableText(instance) }),
  };
}

/** A failure of a standard kind; `status` and `title` have the kind's defaults. */
export function failure(kind: ErrorKind, detail: string, more: Partial<Failure> = {}): Failure {
  return {
    type: errorType(kind),
    status: STATUS_OF[kind],
    title: TITLE_OF[kind],
    detail,
    retryable: false,
    ...more,
  };
}

const TITLE_OF: Readonly<Record<ErrorKind, string>> = {
  configuration: 'Configuration error',
  validation: 'Validation error',
  expression: 'Expression error',
  authentication: 'Authentication error',
  authorization: 'Authorization error',
  timeout: 'Timeout',
  communication: 'Communication error',
  runtime: 'Runtime error',
};

const SPELLING =
  /^https:\/\/(?:serverlessworkflow\.io|open-workflow-specification\.org)\/(?:spec\/1\.0\.0\/errors|dsl\/errors\/types)\/([a-z]+)$/;

/** One spelling of a standard error's type: its two hosts and two paths mean the same. Others are returned as they are. */
export function canonicalErrorType(type: string): string {
  const kind = SPELLING.exec(type)?.[1];
  return kind !== undefined && Object.hasOwn(STATUS_OF, kind) ? BASE + kind : type;
}

/** The problem document of a failure, without what only the engine needs. */
export function toProblem(value: Problem): Problem {
  const { type, status, title, detail, instance } = value;
  return {
    type,
    status,
    ...(title === undefined ? {} : { title }),
    ...(detail === undefined ? {} : { detail }),
    ...(instance === undefined ? {} : { instance }),
  };
}

/** Machine words of the errors that an API answer can carry; one HTTP status each. */
export type AppErrorCode =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'gone'
  | 'precondition_failed'
  | 'precondition_required'
  | 'too_large'
  | 'unsupported_media_type'
  | 'not_acceptable'
  | 'invalid'
  | 'too_many'
  | 'unavailable'
  | 'internal';

/** One thing wrong with a request body. */
export interface BodyProblem {
  /** JSON Pointer into the body; '' is the body itself. */
  readonly pointer: string;
  readonly detail: string;
  /** Further facts, such as `line` and `column` in a YAML body. */
  readonly [fact: string]: Json;
}

/** Parameters of an {@link AppError}. */
export interface AppErrorParams {
  readonly code: AppErrorCode;
  /** A sentence that names the thing, the limit and the way out. */
  readonly message: string;
  readonly errors?: readonly BodyProblem[];
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** An expected refusal, thrown by services and turned into a problem document at the HTTP edge. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly errors: readonly BodyProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(params: AppErrorParams) {
    super(params.message, params.cause === undefined ? undefined : { cause: params.cause });
    this.name = 'AppError';
    this.code = params.code;
    this.errors = params.errors ?? [];
    this.retryAfterSeconds = params.retryAfterSeconds;
  }
}
