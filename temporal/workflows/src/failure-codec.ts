import { isObject, type Failure } from '@baton/core';

/** A Failure out of the details of a Temporal failure, or null when the details hold something else. */
export function readFailure(detail: unknown): Failure | null {
  if (!isObject(detail)) return null;
  const { type, status } = detail;
  if (typeof type !== 'string' || typeof status !== 'number') return null;
  return { title: 'Error', retryable: false, ...detail } as unknown as Failure;
}
