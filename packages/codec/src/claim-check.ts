import { createHash } from 'node:crypto';
import { parseWorkspaceId, type Scope, type WorkspaceId } from '@baton/core';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import { readClaim, type Claim } from './claim-codec.ts';

/** Encoding of a payload whose body lies in the artifact store. */
export const CLAIM_ENCODING = 'baton/claim-check';

/** Bodies over this many bytes are checked in: 64 KiB. */
export const CLAIM_THRESHOLD_BYTES = 64 * 1024;

/** Where large bodies are kept: content-addressed, by workspace. */
export interface ClaimStore {
  put(scope: Scope, params: { readonly mediaType: string; readonly body: Uint8Array }): Promise<unknown>;
  get(scope: Scope, sha256: string): Promise<{ readonly body: Uint8Array } | null>;
}

/** What the codec learns from Temporal about a payload's owner. */
export interface PayloadOwner {
  readonly workflowId?: string;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * Creates the codec in front of every payload: a body over 64 KiB is replaced by `{ref, sha256, size}`, and found again
 * when the payload is read. Errors of the store are the caller's to retry; a lost or changed body throws, and so does a
 * claim on the body of another workspace than the execution's.
 */
export function createClaimCheck(store: ClaimStore): PayloadCodec {
  return {
    encode: (payloads, owner?: PayloadOwner) =>
      Promise.all(payloads.map((payload) => checkIn(store, payload, owner))),
    decode: (payloads, owner?: PayloadOwner) =>
      Promise.all(payloads.map((payload) => checkOut(store, payload, owner))),
  };
}

async function checkIn(
  store: ClaimStore,
  payload: Payload,
  owner: PayloadOwner | undefined,
): Promise<Payload> {
  const { data } = payload;
  if (data === null || data === undefined || data.length <= CLAIM_THRESHOLD_BYTES) return payload;
  const workspaceId = workspaceOf(owner);
  // A payload that belongs to no run of ours (a query of Temporal's own, say) has no workspace to be kept in.
  if (workspaceId === null) return payload;
  const body = pack(payload, data);
  const sha256 = createHash('sha256').update(body).digest('hex');
  await store.put({ workspaceId }, { mediaType: 'application/vnd.baton.payload', body });
  const claim: Claim = { ref: `${workspaceId}/${sha256}`, sha256, size: data.length };
  return {
    metadata: { [METADATA_ENCODING_KEY]: utf8.encode(CLAIM_ENCODING) },
    data: utf8.encode(JSON.stringify(claim)),
  };
}

async function checkOut(
  store: ClaimStore,
  payload: Payload,
  owner: PayloadOwner | undefined,
): Promise<Payload> {
  const encoding = payload.metadata?.[METADATA_ENCODING_KEY];
  if (encoding === undefined || text.decode(encoding) !== CLAIM_ENCODING) return payload;
  const { ref, sha256: promised } = readClaim(text.decode(payload.data ?? new Uint8Array()));
  const workspaceId = parseWorkspaceId(ref.slice(0, ref.indexOf('/')));
  if (workspaceId !== null && workspaceId !== (workspaceOf(owner) ?? workspaceId))
    throw new Error(`The payload ${ref} belongs to another workspace than ${owner?.workflowId}.`);
  const found = workspaceId === null ? null : await store.get({ workspaceId }, promised);
  if (found === null) throw new Error(`The payload ${ref} is not in the artifact store.`);
  const sha256 = createHash('sha256').update(found.body).digest('hex');
  if (sha256 !== promised) throw new Error(`The payload ${ref} was changed: its hash is ${sha256}.`);
  return unpack(found.body);
}

function workspaceOf(owner: PayloadOwner | undefined): WorkspaceId | null {
  const workflowId = owner?.workflowId ?? '';
  return parseWorkspaceId(workflowId.slice(0, workflowId.indexOf('.')));
}

/*
 * A stored body: the length of the metadata as 4 bytes (big endian), the metadata as JSON with base64 values, the data.
 */
function pack(payload: Payload, data: Uint8Array): Uint8Array {
  const entries = Object.entries(payload.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const metadata = utf8.encode(
    JSON.stringify(
      Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    ),
  );
  const body = new Uint8Array(4 + metadata.length + data.length);
  new DataView(body.buffer).setUint32(0, metadata.length);
  body.set(metadata, 4);
  body.set(data, 4 + metadata.length);
  return body;
}

function unpack(body: Uint8Array): Payload {
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0);
  const metadata: unknown = JSON.parse(text.decode(body.subarray(4, 4 + length)));
  const entries = Object.entries(metadata ?? {}).map(([key, value]): [string, Uint8Array] => [
    key,
    Buffer.from(String(value), 'base64'),
  ]);
  return { metadata: Object.fromEntries(entries), data: body.subarray(4 + length) };
}
