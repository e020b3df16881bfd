import { randomUUID } from 'node:crypto';
import { mintCallbackToken } from '@baton/store';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiFixture, type ApiFixture, type CallOptions, type Reply } from '../api-fixture.ts';

let fixture: ApiFixture;
beforeAll(async () => {
  fixture = await createApiFixture();
});
afterAll(() => fixture.stop());

interface Opened {
  readonly key: string;
  readonly path: string;
}

async function opened({ key = randomUUID(), expiresInMs = 60_000 } = {}): Promise<Opened> {
  const { token, tokenHash } = mintCallbackToken(fixture.scope);
  await fixture.store.callbacks.open(fixture.scope, { tokenHash, key, workflowId: 'w', expiresInMs });
  return { key, path: `/v1/callbacks/${token}` };
}

const send = (path: string, options: CallOptions = {}): Promise<Reply> =>
  fixture.call('POST', path, { body: { a: 1 }, as: null, ...options });

describe('POST /v1/callbacks/{token}', () => {
  it('takes one answer from whoever has the URL', async () => {
    const { key, path } = await opened();
    const first = await send(path);
    expect([first.status, first.text]).toEqual([202, '']);
    expect(await fixture.store.callbacks.find(fixture.scope, key)).toEqual({
      kind: 'answered',
      mediaType: 'application/json',
      body: '{"a":1}',
    });
    const second = await send(path);
    expect([second.status, second.json['type']]).toEqual([409, 'urn:baton:problem:conflict']);
  });

  it('takes one answer of many at once', async () => {
    const { path } = await opened();
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await send(path)).status));
    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(7);
  });

  it('knows no other token, whatever comes with it', async () => {
    const { path } = await opened();
    const other = mintCallbackToken(fixture.scope).token;
    const paths = ['/v1/callbacks/x', `/v1/callbacks/${other}`, `${path}x`];
    const refused = await Promise.all(paths.map((wrong) => send(wrong, { raw: '{"a":' })));
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  it('is gone after its time', async () => {
    const { path } = await opened({ expiresInMs: 0 });
    const late = await send(path);
    expect([late.status, late.json['type']]).toEqual([410, 'urn:baton:problem:gone']);
  });

  it('takes JSON or text up to the limit, and nothing else', async () => {
    const { path } = await opened();
    const headers = (type: string) => ({ headers: { 'Content-Type': type }, body: undefined });
    expect((await send(path, { raw: 'x'.repeat(4_200_000), ...headers('text/plain') })).status).toBe(413);
    expect((await send(path, { raw: '<a/>', ...headers('text/xml') })).status).toBe(415);
    expect((await send(path, { raw: Uint8Array.of(0xff), ...headers('text/plain') })).status).toBe(400);
    expect((await send(path, { body: undefined })).status).toBe(400);
    expect((await send(path, { raw: 'done', ...headers('text/plain; charset=utf-8') })).status).toBe(202);
    expect((await fixture.call('GET', path, { as: null })).status).toBe(405);
  });
});
