import { createHash } from 'node:crypto';
import type { ParsedBody } from './parse-body.ts';

const HASH = createHash('sha256').digest('hex');

/** The body of routes that read none: their handlers' type for it is `undefined`. */
export function noBody<Value>(): ParsedBody<Value> {
  return { value: undefined as Value, mediaType: '', bytes: 0, hash: HASH };
}
