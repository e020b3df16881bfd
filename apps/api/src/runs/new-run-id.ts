import { randomBytes } from 'node:crypto';
import { parseRunId, type RunId } from '@baton/core';

/** A fresh run id: a UUID of version 7, so that ids sort by the time runs were accepted. */
export function newRunId(nowMs: number): RunId {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0');
  const random = randomBytes(10).toString('hex');
  const variant = ((Number.parseInt(random.charAt(3), 16) & 0x3) | 0x8).toString(16);
  const id = parseRunId(
    [
      time.slice(0, 8),
      time.slice(8, 12),
      `7${random.slice(0, 3)}`,
      `${variant}${random.slice(4, 7)}`,
      random.slice(7, 19),
    ].join('-'),
  );
  if (id === null) throw new Error('A made run id is not one.');
  return id;
}
