import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startHealthServer } from './health-server.ts';

let server: Server;
let missing: () => Promise<string | null>;
let metrics: () => Promise<string>;

beforeEach(async () => {
  missing = async () => null;
  metrics = async () => 'up 1\n';
  server = await startHealthServer({ port: 0, missing: () => missing(), metrics: () => metrics() });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function portOf(listening: Server): number {
  const bound = listening.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function get(path: string): Promise<readonly [number, string]> {
  const answer = await fetch(`http://127.0.0.1:${portOf(server)}${path}`);
  return [answer.status, await answer.text()];
}

describe('startHealthServer()', () => {
  it('is healthy as long as it answers', async () => {
    missing = async () => 'everything';
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
  });

  it('is ready when nothing is missing, else says what is', async () => {
    expect(await get('/readyz?verbose')).toEqual([200, 'ready\n']);
    missing = async () => 'PostgreSQL does not answer';
    expect(await get('/readyz')).toEqual([503, 'PostgreSQL does not answer\n']);
  });

  it('shows the metrics', async () => {
    expect(await get('/metrics')).toEqual([200, 'up 1\n']);
  });

  it('knows nothing else', async () => {
    expect(await get('/')).toEqual([404, 'not found\n']);
  });

  it('outlives a question that fails', async () => {
    metrics = () => Promise.reject(new Error('no'));
    expect(await get('/metrics')).toEqual([500, 'failed\n']);
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
  });

  it('says so when its port is taken', async () => {
    const again = startHealthServer({ port: portOf(server), missing, metrics });
    await expect(again).rejects.toThrow('EADDRINUSE');
  });
});
