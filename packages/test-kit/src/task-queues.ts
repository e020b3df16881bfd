import { randomBytes } from 'node:crypto';

/** A task queue name that no other test uses, starting with what it is for. */
export function uniqueTaskQueue(purpose: string): string {
  return `${purpose}-${randomBytes(6).toString('hex')}`;
}
