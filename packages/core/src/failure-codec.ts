import type { Failure } from './failure.ts';

/** A Failure out of data that may be one, such as the details of a failure of Temporal's; null when it is something else. */
export function readFailure(detail: unknown): Failure | null {
  if (typeof detail !== 'object' || detail === null) return null;
  const { type, status }: Readonly<{ type?: unknown; status?: unknown }> = detail;
  if (typeof type !== 'string' || typeof status !== 'number') return null;
  return { title: 'Error', retryable: false, ...detail } as unknown as Failure;
}
