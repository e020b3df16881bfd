import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { parseIp } from './address.ts';
import { EgressError, messageOf } from './errors.ts';
import type { Guard } from './guard.ts';

/** Finds all addresses of a host name, IPv4 and IPv6, in the order to try them. Rejects when there are none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** Parameters of {@link createConnector}. */
export interface ConnectorParams {
  readonly guard: Guard;
  readonly resolve?: Resolve | undefined;
  /** Opens the socket to an address that passed; tests put a spy here. */
  readonly dial?: buildConnector.connector | undefined;
  /** Longest wait for the resolver, and for each address tried. */
  readonly connectTimeoutMs: number;
}

const MAX_ADDRESSES_TRIED = 4;

const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
};

/**
 * The connector of every socket of this package. A `lookup` hook would not do: Node never calls it for IP literals.
 * So the name is resolved here, every address is judged, the socket is opened to a judged address (never to the name,
 * which could resolve to something else a moment later), and the socket's own view of its peer is compared at the end.
 */
export function createConnector(params: ConnectorParams): buildConnector.connector {
  const { guard, resolve = systemResolve, connectTimeoutMs } = params;
  const dial = params.dial ?? buildConnector({ timeout: connectTimeoutMs, allowH2: false });

  const connect = async (options: buildConnector.Options): Promise<Socket> => {
    const { hostname } = options;
    const addresses =
      isIP(hostname) === 0 ? await resolveIn(resolve, hostname, connectTimeoutMs) : [hostname];
    for (const address of addresses) guard.checkAddress(hostname, address);
    return firstThatConnects(addresses.slice(0, MAX_ADDRESSES_TRIED), (address) =>
      dialAddress(dial, options, address),
    );
  };

  return (options, callback) => {
    connect(options).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(toConnectError(error, options.hostname), null),
    );
  };
}

async function resolveIn(resolve: Resolve, hostname: string, timeoutMs: number): Promise<readonly string[]> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer from DNS within ${timeoutMs} ms`)), timeoutMs);
  try {
    const addresses = await Promise.race([resolve(hostname), late]);
    if (addresses.length === 0) throw new Error('the name has no address');
    return addresses;
  } finally {
    clearTimeout(timer);
  }
}

async function firstThatConnects(
  addresses: readonly string[],
  dialOne: (address: string) => Promise<Socket>,
): Promise<Socket> {
  const failures: unknown[] = [];
  for (const address of addresses) {
    try {
      return await dialOne(address);
    } catch (error) {
      if (error instanceof EgressError) throw error;
      failures.push(error);
    }
  }
  throw failures.length === 1 ? failures[0] : new AggregateError(failures);
}

function dialAddress(
  dial: buildConnector.connector,
  options: buildConnector.Options,
  address: string,
): Promise<Socket> {
  const { hostname, protocol } = options;
  // The certificate must name the host of the URL, not the address that was picked.
  const name =
    protocol === 'https:' && isIP(hostname) === 0 ? { servername: hostname.replace(/\.$/, '') } : {};
  return new Promise((settle, fail) => {
    dial({ ...options, ...name, hostname: address }, (...[error, socket]) => {
      if (error !== null) return fail(error);
      if (isPeer(socket, address)) return settle(socket);
      socket.destroy();
      fail(
        new EgressError(
          'blocked_address',
          `The socket for ${hostname} is connected to an address that was not checked.`,
        ),
      );
    });
  });
}

function isPeer(socket: Socket, address: string): boolean {
  const peer = parseIp(socket.remoteAddress ?? '');
  const wanted = parseIp(address);
  return peer !== null && wanted !== null && peer.family === wanted.family && peer.value === wanted.value;
}

function toConnectError(error: unknown, hostname: string): EgressError {
  if (error instanceof EgressError) return error;
  return new EgressError('connect_failed', `No connection to ${hostname}: ${messageOf(error)}.`, error);
}
