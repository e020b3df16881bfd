import { AppError, type BodyProblem } from '@baton/core';

/** 404: absent, or of another workspace. */
export function notFound(what: string): AppError {
  return new AppError({ code: 'not_found', message: `There is no ${what}.` });
}

/** 400 with what is wrong. */
export function malformed(message: string, errors: readonly BodyProblem[] = []): AppError {
  return new AppError({ code: 'malformed', message, errors });
}

/** 400 for one query parameter or header. */
export function malformedParameter(parameter: string, detail: string): AppError {
  return malformed(`${parameter}: ${detail}`, [{ pointer: '', detail, parameter }]);
}

/** 422 with what is unacceptable. */
export function invalid(message: string, errors: readonly BodyProblem[] = []): AppError {
  return new AppError({ code: 'invalid', message, errors });
}

/** 422 for one place of the body. */
export function invalidAt(pointer: string, detail: string): AppError {
  return invalid(detail, [{ pointer, detail }]);
}

/** 409: the state does not allow it. */
export function conflict(message: string): AppError {
  return new AppError({ code: 'conflict', message });
}

/** 403: not for this caller. */
export function forbidden(message: string): AppError {
  return new AppError({ code: 'forbidden', message });
}

/** 412: it changed since it was read. */
export function stale(message: string): AppError {
  return new AppError({ code: 'precondition_failed', message });
}

/** 428: If-Match is missing. */
export function ifMatchMissing(): AppError {
  return new AppError({
    code: 'precondition_required',
    message: 'Send If-Match with the ETag that was read, so that nobody changes what they have not seen.',
  });
}

/** 413: over a limit. */
export function tooLarge(message: string, errors: readonly BodyProblem[] = []): AppError {
  return new AppError({ code: 'too_large', message, errors });
}

/** 503: a dependency is away. */
export function unavailable(message: string, retryAfterSeconds = 5, cause?: unknown): AppError {
  return new AppError({ code: 'unavailable', message, retryAfterSeconds, cause });
}
