import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEgress, type Egress, type EgressParams } from './client.ts';
import { codeOf } from './errors.ts';

let handler: RequestListener;
let server: Server;
let port: number;
let egress: Egress;
let received: IncomingMessage[];

const LOCAL: EgressParams = { policy: { allowLoopback: true } };

const listen = async (onRequest: RequestListener): Promise<{ server: Server; port: number }> => {
  const made = createServer(onRequest).listen(0, '127.0.0.1');
  await once(made, 'listening');
  const address = made.address();
  return { server: made, port: isInfo(address) ? address.port : 0 };
};

const isInfo = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

const stopServer = async (target: Server): Promise<void> => {
  target.closeAllConnections();
  target.close();
  await once(target, 'close');
};

beforeEach(async () => {
  received = [];
  ({ server, port } = await listen((request, response) => {
    received.push(request);
    handler(request, response);
  }));
  egress = createEgress(LOCAL);
});

afterEach(async () => {
  await egress.close();
  await stopServer(server);
});

const at = (path: string): string => `http://127.0.0.1:${port}${path}`;
const readAll = async (chunks: AsyncIterable<Uint8Array>): Promise<number> => {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.byteLength;
  return bytes;
};
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('request()', () => {
  it('sends method, headers and body and returns status, headers and body', async () => {
    handler = (request, response) => {
      response.writeHead(201, { 'X-Answer': 'yes', 'Set-Cookie': ['a=1', 'b=2'] });
      request.pipe(response);
    };
    const answer = await egress.request({
      method: 'post',
      url: at('/echo?q=1'),
      headers: { 'X-Ask': 'é' },
      body: 'héllo',
    });
    expect([answer.status, text(answer.body), answer.url]).toEqual([201, 'héllo', at('/echo?q=1')]);
    expect([answer.headers['x-answer'], answer.headers['set-cookie']]).toEqual(['yes', 'a=1, b=2']);
    expect([received[0]?.method, received[0]?.url]).toEqual(['POST', '/echo?q=1']);
  });

  it('refuses headers that frame the message and methods that tunnel', async () => {
    const bad = [
      { Host: 'x' },
      { 'content-length': '3' },
      { Connection: 'close' },
      { 'a b': 'c' },
      { ok: 'a\r\nb: c' },
    ];
    const codes = await Promise.all(
      bad.map((headers) =>
        egress.request({ method: 'GET', url: at('/'), headers: { ...headers } }).catch(codeOf),
      ),
    );
    expect(codes).toEqual(Array.from(bad, () => 'bad_request'));
    expect(await egress.request({ method: 'CONNECT', url: at('/') }).catch(codeOf)).toBe('bad_request');
    expect(received).toEqual([]);
  });

  it('reads gzip, deflate and br', async () => {
    const encoders = {
      gzip: gzipSync,
      deflate: deflateSync,
      br: brotliCompressSync,
      identity: (bytes: Buffer) => bytes,
    };
    handler = (request, response) => {
      const name = request.url?.slice(1) ?? '';
      const found = Object.entries(encoders).find(([key]) => key === name)?.[1] ?? gzipSync;
      response.writeHead(200, { 'Content-Encoding': name }).end(found(Buffer.from(`in ${name}`)));
    };
    const names = Object.keys(encoders);
    const answers = await Promise.all(
      names.map((name) => egress.request({ method: 'GET', url: at(`/${name}`) })),
    );
    expect(answers.map(({ body }) => text(body))).toEqual(names.map((name) => `in ${name}`));
  });

  it('refuses encodings outside the list, several at once, and bytes that do not decode', async () => {
    handler = (request, response) => {
      const encoding = decodeURIComponent(request.url?.slice(1) ?? '');
      response.writeHead(200, { 'Content-Encoding': encoding }).end('not compressed');
    };
    const ask = (encoding: string): Promise<unknown> =>
      egress.request({ method: 'GET', url: at(`/${encodeURIComponent(encoding)}`) }).catch(codeOf);
    expect(await Promise.all(['zstd', 'compress', 'gzip, gzip'].map(ask))).toEqual(
      Array.from({ length: 3 }, () => 'unsupported_encoding'),
    );
    expect(await ask('gzip')).toBe('bad_response');
    expect(await ask('br')).toBe('bad_response');
  });

  it('stops a decompression bomb at the cap', async () => {
    const bomb = gzipSync(Buffer.alloc(8_000_000));
    handler = (_request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    const code = await egress
      .request({ method: 'GET', url: at('/'), maxResponseBytes: 50_000 })
      .catch(codeOf);
    expect(code).toBe('too_large');
  });

  it('refuses an announced size over the cap and an endless answer', async () => {
    handler = (request, response) => {
      if (request.url === '/announced')
        return response.writeHead(200, { 'Content-Length': '999999' }).write('a');
      const more = (): boolean => !response.destroyed && response.write('x'.repeat(10_000), more);
      return more();
    };
    const ask = (path: string): Promise<unknown> =>
      egress.request({ method: 'GET', url: at(path), maxResponseBytes: 50_000 }).catch(codeOf);
    expect(await ask('/announced')).toBe('too_large');
    expect(await ask('/endless')).toBe('too_large');
  });

  it('drops the body unread when only the head is wanted', async () => {
    handler = (_request, response) =>
      response.writeHead(200).write('a first part of an answer that never ends');
    const answer = await egress.request({ method: 'GET', url: at('/'), readBody: false });
    expect([answer.status, answer.body.byteLength]).toEqual([200, 0]);
  });

  it('times out while waiting for headers, and for the rest of a body', async () => {
    handler = (request, response) => {
      if (request.url === '/slow-body') response.writeHead(200).write('a');
    };
    const ask = (path: string): Promise<unknown> =>
      egress.request({ method: 'GET', url: at(path), timeoutMs: 20 }).catch(codeOf);
    expect(await Promise.all([ask('/silent'), ask('/slow-body')])).toEqual(['timeout', 'timeout']);
  });

  it('closes the socket when its caller aborts', async () => {
    const caller = new AbortController();
    const closed = Promise.withResolvers<void>();
    handler = (request) => {
      request.socket.once('close', () => closed.resolve());
      caller.abort();
    };
    const code = await egress.request({ method: 'GET', url: at('/'), signal: caller.signal }).catch(codeOf);
    await closed.promise;
    expect(code).toBe('aborted');
    expect(await egress.request({ method: 'GET', url: at('/'), signal: caller.signal }).catch(codeOf)).toBe(
      'aborted',
    );
    expect(received).toHaveLength(1);
  });

  it('tells a refused connection from a lost one', async () => {
    handler = (request) => request.socket.destroy();
    expect(await egress.request({ method: 'POST', url: at('/') }).catch(codeOf)).toBe('connection_lost');
    const gone = await listen(handler);
    await stopServer(gone.server);
    const refused = egress.request({ method: 'POST', url: `http://127.0.0.1:${gone.port}/` });
    expect(await refused.catch(codeOf)).toBe('connect_failed');
  });

  it('sends what asks for no effect once more when its connection was lost, anything else never', async () => {
    const ask = async (method: string, losses: number): Promise<unknown> => {
      received.length = 0;
      handler = (request, response) =>
        received.length <= losses ? request.socket.destroy() : response.end('answered');
      const answer = await egress.request({ method, url: at('/') }).then(({ status }) => status, codeOf);
      return [answer, received.length];
    };
    expect(await ask('GET', 1)).toEqual([200, 2]);
    expect(await ask('HEAD', 2)).toEqual(['connection_lost', 2]);
    expect(await ask('POST', 1)).toEqual(['connection_lost', 1]);
    expect(await ask('PUT', 1)).toEqual(['connection_lost', 1]);
  });

  it('tries the next address when one refuses', async () => {
    const two = createEgress({ ...LOCAL, resolve: async () => ['127.0.0.2', '127.0.0.1'] });
    handler = (_request, response) => response.end('second');
    const answer = await two.request({ method: 'GET', url: `http://agent.test:${port}/` });
    await two.close();
    expect([text(answer.body), received[0]?.headers.host]).toEqual(['second', `agent.test:${port}`]);
  });

  it('judges a name again for every connection, so rebinding it does not help', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const rebound = createEgress({ ...LOCAL, resolve: async () => answers.shift() ?? [] });
    handler = (_request, response) => response.writeHead(200, { Connection: 'close' }).end('first');
    const url = `http://rebind.test:${port}/`;
    expect((await rebound.request({ method: 'GET', url })).status).toBe(200);
    expect(await rebound.request({ method: 'GET', url }).catch(codeOf)).toBe('blocked_address');
    expect(await rebound.request({ method: 'GET', url }).catch(codeOf)).toBe('connect_failed');
    await rebound.close();
  });

  it('keeps the addresses of a refused name to itself', async () => {
    const inner = createEgress({ ...LOCAL, resolve: async () => ['10.9.8.7'] });
    const error = await inner.request({ method: 'GET', url: 'http://secret.intranet.test/' }).catch(String);
    await inner.close();
    expect(error).toContain('secret.intranet.test');
    expect(error).not.toContain('10.9');
  });

  it('ends calls in flight when the client closes', async () => {
    const arrived = Promise.withResolvers<void>();
    handler = () => arrived.resolve();
    const pending = egress.request({ method: 'GET', url: at('/') }).catch(codeOf);
    await arrived.promise;
    await egress.close();
    expect(await pending).toBe('closed');
    expect(await egress.request({ method: 'GET', url: at('/') }).catch(codeOf)).toBe('closed');
  });
});

describe('redirects', () => {
  const toPath: RequestListener = (request, response) => {
    const [, status = '', target = ''] = /^\/go\/(\d+)\/(.*)$/.exec(request.url ?? '') ?? [];
    if (status === '') return request.pipe(response);
    return response.writeHead(Number(status), { Location: decodeURIComponent(target) }).end();
  };
  const go = (status: number, target: string): string => at(`/go/${status}/${encodeURIComponent(target)}`);

  it('are answers like any other unless asked for', async () => {
    handler = toPath;
    const answer = await egress.request({ method: 'GET', url: go(302, '/b') });
    expect([answer.status, answer.headers['location'], received.length]).toEqual([302, '/b', 1]);
  });

  it('keep method and body on 307, turn a POST into a GET on 303', async () => {
    handler = toPath;
    const kept = await egress.request({ method: 'POST', url: go(307, '/b'), body: 'x', redirect: 2 });
    await egress.request({
      method: 'POST',
      url: go(303, '/b'),
      body: 'x',
      headers: { 'content-type': 'a/b' },
      redirect: 2,
    });
    expect([kept.url, text(kept.body)]).toEqual([at('/b'), 'x']);
    expect(received.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'GET']);
    expect(received[3]?.headers['content-type']).toBeUndefined();
  });

  it('are judged hop by hop', async () => {
    handler = toPath;
    const ask = (target: string): Promise<unknown> =>
      egress.request({ method: 'GET', url: go(302, target), redirect: 3 }).catch(codeOf);
    const targets = [
      'http://10.0.0.1/',
      'http://169.254.169.254/',
      'file:///etc/passwd',
      'http://0.0.0.0/',
      'http://u:p@a/',
    ];
    expect(await Promise.all(targets.map(ask))).toEqual([
      'blocked_address',
      'blocked_address',
      'blocked_scheme',
      'blocked_address',
      'bad_url',
    ]);
  });

  it('stop at the given count', async () => {
    handler = (_request, response) => response.writeHead(302, { Location: '/again' }).end();
    expect(await egress.request({ method: 'GET', url: at('/'), redirect: 3 }).catch(codeOf)).toBe(
      'redirect_blocked',
    );
    expect(received).toHaveLength(4);
  });

  it('lose credentials and unknown headers across origins, and keep them on the same one', async () => {
    handler = toPath;
    const seen: IncomingMessage[] = [];
    const other = await listen((request, response) => {
      seen.push(request);
      response.end();
    });
    const headers = { Authorization: 'Bearer t', Cookie: 'c=1', 'X-Api-Key': 'k', Accept: 'text/plain' };
    await egress.request({
      method: 'GET',
      url: go(302, `http://127.0.0.1:${other.port}/`),
      headers,
      redirect: 1,
    });
    await egress.request({ method: 'GET', url: go(302, '/same'), headers, redirect: 1 });
    await stopServer(other.server);
    const { authorization, cookie, accept, 'x-api-key': apiKey } = seen[0]?.headers ?? {};
    expect([authorization, cookie, apiKey, accept]).toEqual([undefined, undefined, undefined, 'text/plain']);
    expect(received.at(-1)?.headers.authorization).toBe('Bearer t');
  });
});

describe('stream()', () => {
  it('hands over chunks while the answer is still being written', async () => {
    const parts = ['one', 'two', 'three'];
    handler = (_request, response) => response.writeHead(200).write(parts[0]);
    const answer = await egress.stream({ method: 'GET', url: at('/') });
    const got: string[] = [];
    for await (const chunk of answer.chunks) {
      got.push(text(chunk));
      break;
    }
    expect([answer.status, got]).toEqual([200, ['one']]);
    const late = egress.stream({ method: 'GET', url: at('/'), timeoutMs: 20 });
    await expect(late.then(({ chunks }) => readAll(chunks))).rejects.toMatchObject({ code: 'timeout' });
  });

  it('closes the connection when it is canceled or left early', async () => {
    const closed: Promise<unknown>[] = [];
    handler = (request, response) => {
      closed.push(once(request.socket, 'close'));
      response.writeHead(200).write('x');
    };
    const first = await egress.stream({ method: 'GET', url: at('/') });
    const second = await egress.stream({ method: 'GET', url: at('/') });
    first.cancel();
    for await (const _chunk of second.chunks) break;
    expect(await Promise.all(closed)).toHaveLength(2);
  });

  it('gives up at its deadline also when nobody reads it', async () => {
    const closed = Promise.withResolvers<void>();
    handler = (request, response) => {
      request.socket.once('close', () => closed.resolve());
      response.writeHead(200).write('x');
    };
    const answer = await egress.stream({ method: 'GET', url: at('/'), timeoutMs: 20 });
    await closed.promise;
    await expect(readAll(answer.chunks)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('caps the whole stream', async () => {
    handler = (_request, response) => response.end('x'.repeat(1_000));
    const answer = await egress.stream({ method: 'GET', url: at('/'), maxResponseBytes: 999 }).catch(codeOf);
    if (typeof answer === 'string') throw new Error('the head should have arrived');
    await expect(readAll(answer.chunks)).rejects.toMatchObject({ code: 'too_large' });
  });
});
