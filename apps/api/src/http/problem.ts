import { AppError, type AppErrorCode } from '@baton/core';
import type { ProblemDocument } from '@baton/contracts';
import { isDatabaseUnavailable } from '@baton/store';

const STATUS: Readonly<Record<AppErrorCode, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  precondition_required: 428,
  too_many: 429,
  internal: 500,
  unavailable: 503,
};

const TITLE: Readonly<Record<AppErrorCode, string>> = {
  malformed: 'Malformed request',
  unauthenticated: 'No valid token',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  not_acceptable: 'Not acceptable',
  conflict: 'Conflict',
  gone: 'Gone',
  precondition_failed: 'Changed since it was read',
  too_large: 'Too large',
  unsupported_media_type: 'Unsupported media type',
  invalid: 'Unacceptable',
  precondition_required: 'If-Match is missing',
  too_many: 'Too many requests',
  internal: 'Internal error',
  unavailable: 'Unavailable',
};

/** A problem document with the headers that belong to it. */
export interface HttpProblem {
  readonly document: ProblemDocument;
  readonly headers: Readonly<Record<string, string>>;
}

/** Which request failed. */
export interface FailedRequest {
  readonly path: string;
  readonly requestId: string;
}

/** The problem document of any error. Errors that are no refusal become a 500 that tells nothing but the request id. */
export function toHttpProblem(error: unknown, request: FailedRequest): HttpProblem {
  const refusal = toRefusal(error);
  const { code, errors, retryAfterSeconds } = refusal;
  return {
    document: {
      type: `urn:baton:problem:${code.replaceAll('_', '-')}`,
      title: TITLE[code],
      status: STATUS[code],
      detail: refusal.message,
      instance: request.path,
      requestId: request.requestId,
      ...(errors.length === 0 ? {} : { errors }),
    },
    headers: {
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...(code === 'unauthenticated' ? { 'WWW-Authenticate': 'Bearer realm="baton"' } : {}),
    },
  };
}

/** Whether an error is a defect of ours, to be logged with everything it has. */
export function isDefect(error: unknown): boolean {
  return !(error instanceof AppError) && !isDatabaseUnavailable(error);
}

function toRefusal(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error)) {
    return new AppError({
      code: 'unavailable',
      message: 'The database is away; try again in a few seconds.',
      retryAfterSeconds: 5,
    });
  }
  return new AppError({
    code: 'internal',
    message: 'Something went wrong; the log knows it by the request id.',
  });
}
