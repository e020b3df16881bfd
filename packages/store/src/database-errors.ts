/** True when an error means that the database is away, full or too slow, so that the same call may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'DatabaseUnavailable';
}
