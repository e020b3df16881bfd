import { Agent, type Dispatcher } from 'undici';
import { ACCEPT_ENCODING, decodedChunks, discard, tooLarge } from './body.ts';
import { createConnector, type ConnectorParams, type Resolve } from './connector.ts';
import { startDeadline, type Deadline } from './deadline.ts';
import { EgressError, isLostConnection, toEgressError } from './errors.ts';
import { firstHop, nextHop, type EgressRequest, type Hop } from './exchange.ts';
import { createGuard, type EgressPolicy } from './guard.ts';

/** Limits that hold for all calls of one client. */
export interface EgressLimits {
  /** Longest wait for DNS, and for each address tried. Default 5,000 ms. */
  readonly connectTimeoutMs: number;
  /** Most sockets to one origin; further calls wait, on their own time. Default 128. */
  readonly connectionsPerOrigin: number;
  /** How long an idle socket is kept. Default 4,000 ms. */
  readonly keepAliveMs: number;
}

/** Parameters of {@link createEgress}. */
export interface EgressParams {
  readonly policy: EgressPolicy;
  /** Finds the addresses of a name. Default: the system's resolver. */
  readonly resolve?: Resolve;
  /** Opens a socket to an address that passed. Default: undici's connector, HTTP/1.1 and TLS. */
  readonly dial?: ConnectorParams['dial'];
  readonly limits?: Partial<EgressLimits>;
}

/** The head of an answer. Header names are lower-case; repeated headers are joined with ', '. */
export interface EgressHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The URL that answered, after redirects. */
  readonly url: string;
}

/** A whole answer, whatever its status. */
export interface EgressResponse extends EgressHead {
  /** Decompressed; empty when the caller asked for the head only. */
  readonly body: Uint8Array;
}

/** An answer that is read while it arrives. */
export interface EgressStream extends EgressHead {
  /** Decompressed chunks, to be read once. Leaving the loop early closes the connection. Throws {@link EgressError}. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Closes the connection of an answer that nobody will read (to the end). */
  readonly cancel: () => void;
}

/** The client of every outbound call. All of its errors are {@link EgressError}. */
export interface Egress {
  /** Calls and reads the whole answer; with `readBody: false` the body is dropped unread. */
  readonly request: (request: EgressRequest & { readonly readBody?: boolean }) => Promise<EgressResponse>;
  /** Calls and resolves with the head; `timeoutMs` and `maxResponseBytes` span the whole stream. */
  readonly stream: (request: EgressRequest) => Promise<EgressStream>;
  /** Ends calls in flight with `closed` and lets go of all sockets. */
  readonly close: () => Promise<void>;
}

const DEFAULT_LIMITS: EgressLimits = {
  connectTimeoutMs: 5_000,
  connectionsPerOrigin: 128,
  keepAliveMs: 4_000,
};
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;

/** Builds the client; nothing is opened until the first call. Throws `bad_policy`. */
export function createEgress(params: EgressParams): Egress {
  const guard = createGuard(params.policy);
  const limits = { ...DEFAULT_LIMITS, ...params.limits };
  const agent = new Agent({
    connect: createConnector({
      guard,
      resolve: params.resolve,
      dial: params.dial,
      connectTimeoutMs: limits.connectTimeoutMs,
    }),
    connections: limits.connectionsPerOrigin,
    keepAliveTimeout: limits.keepAliveMs,
    pipelining: 1,
    // Every call carries one deadline of its own; undici's are off so that a longer one can hold.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const open = async (request: EgressRequest, deadline: Deadline): Promise<Exchange> => {
    const allowed = request.redirect === undefined || request.redirect === false ? 0 : request.redirect;
    let hop = firstHop(guard, request);
    for (let followed = 0; ; followed += 1) {
      const answer = await send(agent, hop, deadline.signal);
      const head = headOf(answer, hop);
      try {
        const next =
          allowed === 0
            ? null
            : nextHop(guard, hop, { status: head.status, location: head.headers['location'] });
        if (next === null) return { answer, hop, head };
        if (followed >= allowed) throw new EgressError('redirect_blocked', `More than ${allowed} redirects.`);
        hop = next;
      } catch (error) {
        discard(answer.body);
        throw error;
      }
      discard(answer.body);
    }
  };

  return {
    request: (request) =>
      withDeadline(request, async (deadline) => readWhole(await open(request, deadline), request)),
    stream: (request) => openStream(request, open),
    close: () => agent.destroy(),
  };
}

interface Exchange {
  readonly answer: Dispatcher.ResponseData;
  readonly hop: Hop;
  readonly head: EgressHead;
}

async function withDeadline<T>(request: EgressRequest, run: (deadline: Deadline) => Promise<T>): Promise<T> {
  const deadline = startDeadline(request.timeoutMs ?? DEFAULT_TIMEOUT_MS, request.signal);
  try {
    return await run(deadline);
  } catch (error) {
    throw translated(error, request, deadline);
  } finally {
    deadline.release();
  }
}

async function openStream(
  request: EgressRequest,
  open: (request: EgressRequest, deadline: Deadline) => Promise<Exchange>,
): Promise<EgressStream> {
  const deadline = startDeadline(request.timeoutMs ?? DEFAULT_TIMEOUT_MS, request.signal);
  try {
    const exchange = await open(request, deadline);
    const cancel = (): void => {
      deadline.release();
      discard(exchange.answer.body);
    };
    return { ...exchange.head, chunks: guardedChunks(exchange, request, deadline), cancel };
  } catch (error) {
    deadline.release();
    throw translated(error, request, deadline);
  }
}

async function* guardedChunks(
  exchange: Exchange,
  request: EgressRequest,
  deadline: Deadline,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunksOf(exchange, request);
  } catch (error) {
    throw translated(error, request, deadline);
  } finally {
    deadline.release();
    discard(exchange.answer.body);
  }
}

/** Once the deadline has spoken, its reason is the error, whatever the torn-down stream says. */
function translated(error: unknown, request: EgressRequest, deadline: Deadline): EgressError {
  const reason: unknown = deadline.signal.reason;
  const first = deadline.signal.aborted && reason instanceof EgressError ? reason : error;
  return toEgressError(first, URL.parse(request.url)?.host ?? 'the host');
}

/** Methods that ask for no effect (RFC 9110, 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Sends one hop. A kept connection may be closed by its server just when it is used again, which says nothing
 * about the request; what asks for no effect is then sent once more, as RFC 9112, 9.3.1 allows. Whether anything
 * else may be sent twice is known to the caller alone.
 */
async function send(agent: Agent, hop: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  try {
    return await sendOnce(agent, hop, signal);
  } catch (error) {
    if (signal.aborted || !SAFE_METHODS.has(hop.method) || !isLostConnection(error)) throw error;
    return sendOnce(agent, hop, signal);
  }
}

function sendOnce(agent: Agent, hop: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  return agent.request({
    origin: hop.url.origin,
    path: hop.url.pathname + hop.url.search,
    method: hop.method,
    headers: { 'accept-encoding': ACCEPT_ENCODING, 'user-agent': 'baton', ...hop.headers },
    body: hop.body,
    signal,
  });
}

function headOf(answer: Dispatcher.ResponseData, hop: Hop): EgressHead {
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return { status: answer.statusCode, headers: Object.fromEntries(headers), url: hop.url.href };
}

function chunksOf({ answer, hop, head }: Exchange, request: EgressRequest): AsyncIterable<Uint8Array> {
  const maxBytes = request.maxResponseBytes ?? DEFAULT_MAX_BYTES;
  const length = head.headers['content-length'];
  const bodiless = hop.method === 'HEAD' || head.status === 204 || head.status === 304 || length === '0';
  const encoding = bodiless ? '' : (head.headers['content-encoding'] ?? '');
  if (!bodiless && Number(length ?? 0) > maxBytes) {
    discard(answer.body);
    throw tooLarge(maxBytes);
  }
  return decodedChunks({ body: answer.body, encoding, maxBytes });
}

async function readWhole(
  exchange: Exchange,
  request: EgressRequest & { readonly readBody?: boolean },
): Promise<EgressResponse> {
  if (request.readBody === false) {
    discard(exchange.answer.body);
    return { ...exchange.head, body: new Uint8Array() };
  }
  const parts: Uint8Array[] = [];
  for await (const chunk of chunksOf(exchange, request)) parts.push(chunk);
  return { ...exchange.head, body: Buffer.concat(parts) };
}
