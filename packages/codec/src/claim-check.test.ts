import { describe, expect, it } from '@jest/globals';
import { parseWorkspaceId, type Scope } from '@baton/core';
import { CLAIM_ENCODING, CLAIM_THRESHOLD_BYTES, createClaimCheck, type ClaimStore } from './claim-check.ts';
import { createHash } from 'node:crypto';

const WORKSPACE = '00000000-0000-7000-8000-000000000001';
const owner = { type: 'workflow' as const, namespace: 'default', workflowId: `${WORKSPACE}.run` };
const json = { encoding: Buffer.from('json/plain') };

function createMemoryStore(): ClaimStore & { bodies: Map<string, Uint8Array>; scopes: Scope[] } {
  const bodies = new Map<string, Uint8Array>();
  const scopes: Scope[] = [];
  return {
    bodies,
    scopes,
    put: async (scope, { body }) => {
      scopes.push(scope);
      bodies.set(createHash('sha256').update(body).digest('hex'), body);
    },
    get: async (_scope, sha256) => {
      const body = bodies.get(sha256);
      return body === undefined ? null : { body };
    },
  };
}

describe('createClaimCheck()', () => {
  const large = { metadata: json, data: Buffer.alloc(CLAIM_THRESHOLD_BYTES + 1, 'x') };

  it('leaves a body of the threshold as it is', async () => {
    const store = createMemoryStore();
    const payload = { metadata: json, data: Buffer.alloc(CLAIM_THRESHOLD_BYTES, 'x') };
    expect(await createClaimCheck(store).encode([payload], owner)).toEqual([payload]);
    expect(store.bodies.size).toBe(0);
  });

  it('checks a larger body in under its workspace and finds it again', async () => {
    const store = createMemoryStore();
    const codec = createClaimCheck(store);
    const [encoded] = await codec.encode([large], owner);
    expect(Buffer.from(encoded?.metadata?.['encoding'] ?? []).toString()).toBe(CLAIM_ENCODING);
    expect(encoded?.data?.length).toBeLessThan(300);
    expect(store.scopes).toEqual([{ workspaceId: parseWorkspaceId(WORKSPACE) }]);
    const [decoded] = await codec.decode(encoded === undefined ? [] : [encoded]);
    expect(Buffer.from(decoded?.data ?? []).equals(large.data)).toBe(true);
    expect(Buffer.from(decoded?.metadata?.['encoding'] ?? []).toString()).toBe('json/plain');
  });

  it('keeps a payload without a workspace in the history', async () => {
    const store = createMemoryStore();
    expect(await createClaimCheck(store).encode([large])).toEqual([large]);
  });

  it('refuses a body that is missing or was changed', async () => {
    const store = createMemoryStore();
    const codec = createClaimCheck(store);
    const encoded = await codec.encode([large], owner);
    for (const [key, body] of store.bodies) store.bodies.set(key, body.with(10, 0));
    await expect(codec.decode(encoded)).rejects.toThrow('was changed');
    store.bodies.clear();
    await expect(codec.decode(encoded)).rejects.toThrow('is not in the artifact store');
  });

  it('leaves what is no claim as it is, and keeps all metadata of what is', async () => {
    const codec = createClaimCheck(createMemoryStore());
    const small = { metadata: json, data: Buffer.from('1') };
    expect(await codec.decode([small, {}])).toEqual([small, {}]);
    const metadata = { ...json, messageType: Buffer.from('a'), aa: Buffer.from([0, 255]) };
    const [found] = await codec.decode(await codec.encode([{ ...large, metadata }], owner));
    expect(found?.metadata).toEqual(metadata);
    const [bare] = await codec.decode(await codec.encode([{ data: large.data }], owner));
    expect(bare?.metadata).toEqual({});
  });

  it('refuses a claim on another workspace, and one that is malformed', async () => {
    const codec = createClaimCheck(createMemoryStore());
    const encoded = await codec.encode([large], owner);
    const stranger = { ...owner, workflowId: '00000000-0000-7000-8000-000000000002.run' };
    await expect(codec.decode(encoded, stranger)).rejects.toThrow('belongs to another workspace');
    expect(await codec.decode(encoded, owner)).toHaveLength(1);
    const claims = ['[]', '{}', '{"ref":"x","sha256":"y","size":1}', 'x'];
    for (const claim of claims) {
      const payload = { metadata: { encoding: Buffer.from(CLAIM_ENCODING) }, data: Buffer.from(claim) };
      await expect(codec.decode([payload], owner)).rejects.toThrow(/no claim|not in the artifact|JSON/);
    }
    const empty = { metadata: { encoding: Buffer.from(CLAIM_ENCODING) } };
    await expect(codec.decode([empty], owner)).rejects.toThrow('JSON');
  });

  it('rejects when the store does', async () => {
    const store: ClaimStore = {
      put: () => Promise.reject(new Error('away')),
      get: () => Promise.resolve(null),
    };
    await expect(createClaimCheck(store).encode([large], owner)).rejects.toThrow('away');
  });
});
