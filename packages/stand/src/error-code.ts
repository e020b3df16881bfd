/**
 * Whether an error of the system carries this code, such as `ENOENT`. Asks for the property and not for the class: under
 * jest, errors of Node's own modules are of another realm's class.
 */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
