import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporal, type RunningTemporal } from './temporal.ts';

let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-temporal-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function look(temporal: RunningTemporal, path: string): Promise<unknown> {
  const response = await fetch(`${temporal.httpUrl}${path}`);
  const body: unknown = await response.json();
  return body;
}

async function expectFit(temporal: RunningTemporal): Promise<void> {
  expect(await look(temporal, '/api/v1/namespaces/default')).toMatchObject({
    config: { workflowExecutionRetentionTtl: '2592000s' },
  });
  const keyword = 'INDEXED_VALUE_TYPE_KEYWORD';
  expect(await look(temporal, '/cluster/namespaces/default/search-attributes')).toMatchObject({
    customAttributes: {
      BatonWorkspace: keyword,
      BatonWorkflow: keyword,
      BatonVersion: keyword,
      BatonRequester: keyword,
    },
  });
}

describe('startTemporal()', () => {
  it('gives a server with what Baton needs, and again on the same file', async () => {
    const dbFile = join(dir, 'data', 'temporal.db');
    const first = await startTemporal({ dbFile });
    await expectFit(first);
    expect((await fetch(first.uiUrl)).status).toBe(200);
    await first.stop();
    const second = await startTemporal({ dbFile });
    await expectFit(second);
    await second.stop();
  });

  it('says what the server wrote when it does not come up', async () => {
    const first = await startTemporal();
    const port = Number(first.address.split(':')[1]);
    await expect(startTemporal({ port })).rejects.toThrow('Temporal ended as soon as it was started');
    await first.stop();
  });
});
