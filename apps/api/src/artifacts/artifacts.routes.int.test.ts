import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiFixture, type ApiFixture, type CallOptions, type Reply } from '../api-fixture.ts';

let fixture: ApiFixture;
beforeAll(async () => {
  fixture = await createApiFixture();
});
afterAll(() => fixture.stop());

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const put = (raw: Uint8Array | string, query = '', options: CallOptions = {}): Promise<Reply> =>
  fixture.call('POST', `/v1/artifacts${query}`, {
    raw,
    headers: { 'Content-Type': 'image/png' },
    ...options,
  });

async function get(id: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return fetch(`${fixture.baseUrl}/v1/artifacts/${id}`, {
    method,
    headers: { Authorization: 'Bearer dev:ann', ...headers },
  });
}

describe('files', () => {
  it('are stored once and read as they are', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, n) => n % 256);
    const id = hashOf(bytes);
    const first = await put(bytes, '?name=caf%C3%A9%20%281%29.png');
    expect([first.status, first.headers.get('location')]).toEqual([201, `/v1/artifacts/${id}`]);
    expect(first.json).toEqual({
      ...{ id, name: 'café (1).png', mediaType: 'image/png', size: 100_000 },
      createdAt: expect.any(String),
    });
    const again = await put(bytes, '?name=other.png', { headers: { 'Content-Type': 'image/gif' } });
    expect([again.status, again.json]).toEqual([200, first.json]);
    const read = await get(id);
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': `attachment; filename="caf_ _1_.png"; filename*=UTF-8''caf%C3%A9%20%281%29.png`,
      'x-content-type-options': 'nosniff',
      etag: `"${id}"`,
    });
    expect((await get(id, { 'If-None-Match': `"${id}"` })).status).toBe(304);
    const head = await get(id, {}, 'HEAD');
    expect([head.headers.get('content-length'), (await head.text()).length]).toEqual(['100000', 0]);
  });

  it('are of bytes when nobody says what they are', async () => {
    const { status, json } = await put(Uint8Array.of(120), '', { headers: {} });
    expect([status, json['mediaType'], json['name']]).toEqual([201, 'application/octet-stream', 'file']);
  });

  it('are refused when they are too large, empty, or of no type or name', async () => {
    expect((await put(new Uint8Array(4 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await put('')).status).toBe(400);
    expect((await put('x', '', { headers: { 'Content-Type': 'picture' } })).status).toBe(415);
    expect((await put('x', '?name=a/b')).status).toBe(400);
    expect((await put('x', '?title=a')).status).toBe(400);
    expect((await put('x', '', { as: 'eve:viewer', headers: { 'Content-Type': 'text/plain' } })).status).toBe(
      403,
    );
  });

  it('are no payloads of histories, unless somebody has put the same bytes in', async () => {
    const body = new TextEncoder().encode('a payload of a run');
    await fixture.store.artifacts.put(fixture.scope, { mediaType: 'application/vnd.baton.payload', body });
    expect((await get(hashOf(body))).status).toBe(404);
    expect((await put(body, '?name=mine')).status).toBe(201);
    expect((await get(hashOf(body))).status).toBe(200);
    const found = await fixture.store.artifacts.get(fixture.scope, hashOf(body));
    expect(found?.body).toEqual(body);
  });

  it('are nowhere else', async () => {
    expect((await get('0'.repeat(64))).status).toBe(404);
    expect((await get('not-an-id')).status).toBe(404);
  });
});
