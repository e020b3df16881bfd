import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { buildConnector } from 'undici';
import { createConnector, type ConnectorParams } from './connector.ts';
import { codeOf } from './errors.ts';
import { createGuard } from './guard.ts';

const guard = createGuard({ allowLoopback: true });

const run = (params: Partial<ConnectorParams>, options: Partial<buildConnector.Options>): Promise<string> => {
  const connector = createConnector({ guard, connectTimeoutMs: 1_000, ...params });
  return new Promise((settle) => {
    connector({ hostname: 'agent.test', protocol: 'http:', port: '80', ...options }, (error, socket) => {
      socket?.destroy();
      settle(error === null ? 'connected' : codeOf(error));
    });
  });
};

describe('createConnector()', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
  });

  /** Opens every socket to 127.0.0.1, whatever it was told. */
  const toLoopback: buildConnector.connector = (_options, callback) => {
    const socket = connect(portOf(server), '127.0.0.1');
    socket.once('connect', () => callback(null, socket));
  };

  it('hands over a socket whose peer is the address that was judged', async () => {
    expect(await run({ dial: toLoopback, resolve: async () => ['127.0.0.1'] }, {})).toBe('connected');
    expect(await run({ dial: toLoopback }, { hostname: '127.0.0.1' })).toBe('connected');
  });

  it('closes a socket whose peer is another address', async () => {
    expect(await run({ dial: toLoopback, resolve: async () => ['127.0.0.2'] }, {})).toBe('blocked_address');
    expect(await run({ dial: toLoopback, resolve: async () => ['93.184.215.14'] }, {})).toBe(
      'blocked_address',
    );
  });

  it('dials the address and lets TLS check the name', async () => {
    const seen: buildConnector.Options[] = [];
    const spy: buildConnector.connector = (options, callback) => {
      seen.push(options);
      callback(new Error('the spy opens nothing'), null);
    };
    const params = { dial: spy, resolve: async () => ['93.184.215.14'] };
    await run(params, { hostname: 'agent.test.', protocol: 'https:', port: '443' });
    await run(params, { protocol: 'http:' });
    await run(params, { hostname: '8.8.8.8', protocol: 'https:' });
    expect(seen.map(({ hostname, servername }) => [hostname, servername])).toEqual([
      ['93.184.215.14', 'agent.test'],
      ['93.184.215.14', undefined],
      ['8.8.8.8', undefined],
    ]);
  });

  it('gives up a resolver that does not answer, and a name without addresses', async () => {
    const never = (): Promise<readonly string[]> => new Promise(() => {});
    expect(await run({ resolve: never, connectTimeoutMs: 5 }, {})).toBe('connect_failed');
    expect(await run({ resolve: async () => [] }, {})).toBe('connect_failed');
  });

  it('tries at most four addresses', async () => {
    const dialed: string[] = [];
    const spy: buildConnector.connector = ({ hostname }, callback) => {
      dialed.push(hostname);
      callback(new Error('the spy opens nothing'), null);
    };
    const resolve = async (): Promise<readonly string[]> => [
      '8.8.8.1',
      '8.8.8.2',
      '8.8.8.3',
      '8.8.8.4',
      '8.8.8.5',
    ];
    expect(await run({ dial: spy, resolve }, {})).toBe('connect_failed');
    expect(dialed).toEqual(['8.8.8.1', '8.8.8.2', '8.8.8.3', '8.8.8.4']);
  });

  it('asks the resolver of the system for localhost', async () => {
    const strict = createGuard({ allowLoopback: false });
    expect(await run({ dial: toLoopback, guard: strict }, { hostname: 'localhost' })).toBe('blocked_address');
  });
});

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};
