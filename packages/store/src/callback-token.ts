import { createHash, randomBytes } from 'node:crypto';
import { parseWorkspaceId, type Scope } from '@baton/core';

/** A token as the database knows it. */
export interface CallbackToken {
  readonly scope: Scope;
  /** SHA-256 of the token, in hex. */
  readonly tokenHash: string;
}

/** Bytes of a workspace's id, and of what nobody can guess. */
const [ID_BYTES, SECRET_BYTES] = [16, 32];

/** Makes a token of 64 characters: the workspace, and 256 random bits. */
export function mintCallbackToken(scope: Scope): CallbackToken & { readonly token: string } {
  const id = Buffer.from(scope.workspaceId.replaceAll('-', ''), 'hex');
  const token = Buffer.concat([id, randomBytes(SECRET_BYTES)]).toString('base64url');
  return { scope, token, tokenHash: hashOf(token) };
}

/** Reads a token; null for a text that is none. Whether it was ever minted, only the database knows. */
export function readCallbackToken(token: string): CallbackToken | null {
  const bytes = /^[\w-]{64}$/.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  if (bytes.length !== ID_BYTES + SECRET_BYTES) return null;
  const hex = bytes.subarray(0, ID_BYTES).toString('hex');
  const workspaceId = parseWorkspaceId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
  return workspaceId === null ? null : { scope: { workspaceId }, tokenHash: hashOf(token) };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
