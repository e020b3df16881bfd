import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isObject, parseJson, type JsonObject } from '@baton/core';
import { createClaimCheck, type ClaimStore } from './claim-check.ts';

const file = parseJson(readFileSync(join(__dirname, '..', 'vectors', 'claim-check.json'), 'utf8'));
const vectors: readonly JsonObject[] =
  isObject(file) && Array.isArray(file['vectors']) ? file['vectors'].filter(isObject) : [];

function textOf(vector: JsonObject, key: string): string {
  const value = vector[key];
  if (typeof value !== 'string') throw new Error(`The vector has no text "${key}".`);
  return value;
}

describe('the claim check, as in every other language', () => {
  it.each(vectors.map((vector) => [textOf(vector, 'name'), vector] as const))('%s', async (_name, vector) => {
    const bodies: Uint8Array[] = [];
    const store: ClaimStore = {
      put: async (_scope, { body }) => bodies.push(body),
      get: async () => ({ body: bodies[0] ?? new Uint8Array() }),
    };
    const metadata = isObject(vector['metadata'] ?? null) ? Object.entries(vector['metadata'] ?? {}) : [];
    const payload = {
      metadata: Object.fromEntries(metadata.map(([key, value]) => [key, Buffer.from(String(value))])),
      data: Buffer.from(textOf(vector, 'text').repeat(Number(vector['times']))),
    };
    const workflowId = textOf(vector, 'workflowId');
    const owner = { type: 'workflow' as const, namespace: 'default', workflowId };
    const codec = createClaimCheck(store);
    const encoded = await codec.encode([payload], owner);
    const told = Buffer.from(encoded[0]?.data ?? []).toString();
    expect(vector['claim'] === null ? null : parseJson(told)).toEqual(vector['claim']);
    const [decoded] = await codec.decode(encoded, owner);
    expect(Buffer.from(decoded?.data ?? []).equals(payload.data)).toBe(true);
    expect(Object.keys(decoded?.metadata ?? {}).toSorted()).toEqual(Object.keys(payload.metadata).toSorted());
  });

  it('has vectors', () => {
    expect(vectors.length).toBeGreaterThan(3);
  });
});
