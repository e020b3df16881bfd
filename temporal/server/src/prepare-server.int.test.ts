import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { prepareServer, TemporalUnfitError } from './prepare-server.ts';

let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that gives fixed answers and takes every change without keeping it. */
function stubborn(answers: Readonly<Record<string, unknown>>): Promise<string> {
  const listening = createServer((request, response) => {
    const found = request.method === 'GET' ? answers[request.url ?? ''] : {};
    response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found ?? {}));
  });
  server = listening;
  return new Promise((resolve) =>
    listening.listen(0, '127.0.0.1', () => {
      const address = listening.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    }),
  );
}

const keyword = 'INDEXED_VALUE_TYPE_KEYWORD';
const attributes = {
  BatonWorkspace: keyword,
  BatonWorkflow: keyword,
  BatonVersion: keyword,
  BatonRequester: keyword,
};
const good = {
  '/api/v1/cluster-info': { serverVersion: '1.29.1' },
  '/cluster/namespaces/default/search-attributes': { customAttributes: attributes },
  '/api/v1/namespaces/default': { config: { workflowExecutionRetentionTtl: '2592000s' } },
};

describe('prepareServer()', () => {
  it('accepts a server that has everything', async () => {
    await expect(prepareServer({ httpUrl: await stubborn(good) })).resolves.toBeUndefined();
  });

  it('names the version of a server that is too old', async () => {
    const httpUrl = await stubborn({ ...good, '/api/v1/cluster-info': { serverVersion: '1.24.2' } });
    await expect(prepareServer({ httpUrl, timeoutMs: 200 })).rejects.toThrow(
      'its version is 1.24 and 1.29 is needed',
    );
  });

  it('names the search attributes that do not come', async () => {
    const customAttributes = { ...attributes, BatonVersion: undefined };
    const httpUrl = await stubborn({
      ...good,
      '/cluster/namespaces/default/search-attributes': { customAttributes },
    });
    const failure = prepareServer({ httpUrl, timeoutMs: 200 });
    await expect(failure).rejects.toThrow(TemporalUnfitError);
    await expect(failure).rejects.toThrow('search attribute BatonVersion is missing');
  });

  it('names a search attribute of another type', async () => {
    const customAttributes = { ...attributes, BatonRequester: 'INDEXED_VALUE_TYPE_TEXT' };
    const httpUrl = await stubborn({
      ...good,
      '/cluster/namespaces/default/search-attributes': { customAttributes },
    });
    await expect(prepareServer({ httpUrl, timeoutMs: 200 })).rejects.toThrow('BatonRequester has type');
  });

  it('names a retention that stays too short', async () => {
    const config = { workflowExecutionRetentionTtl: '86400s' };
    const httpUrl = await stubborn({ ...good, '/api/v1/namespaces/default': { config } });
    await expect(prepareServer({ httpUrl, timeoutMs: 200 })).rejects.toThrow('keeps closed runs for 86400 s');
  });

  it('says when nobody answers', async () => {
    const failure = prepareServer({ httpUrl: 'http://127.0.0.1:1', timeoutMs: 200 });
    await expect(failure).rejects.toThrow('cannot serve Baton');
  });
});
