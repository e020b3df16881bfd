import { once } from 'node:events';
import { text as textOf } from 'node:stream/consumers';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Json } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import { readBehaviour } from './behaviour-codec.ts';
import type { Behaviour, Counterpart, ReceivedCall } from './counterpart.ts';

/** One call of a stand-in. */
export interface LoopbackCall {
  readonly behaviour: Behaviour;
  readonly method: string;
  /** The base URL of the config, without a slash at its end. */
  readonly baseUrl: string;
  /** After that, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Null when there is none, or when it is no JSON. */
  readonly body: Json;
  readonly response: ServerResponse;
}

/** A vendor's side, built from its documented contract. */
export interface LoopbackParams {
  /** The config of an agent whose vendor is at this base URL (without a slash at its end). */
  config(baseUrl: string, behaviour: Behaviour): Json;
  /** Answers what the behaviour wants; statuses, silence, hang-ups and unusable answers are taken care of. */
  answer(call: LoopbackCall): void | Promise<void>;
  /** Whether statuses, silence and the like are played here, in place of `answer`. Default: all of them. */
  isPlayed?(behaviour: Behaviour): boolean;
  /** Calls that are no delivery (looking up, stopping) and so are answered whatever the behaviour. True: it was one. */
  aside?(call: LoopbackCall): boolean;
}

/** A stand-in that also shows its calls. */
export interface LoopbackCounterpart extends Counterpart {
  /** Calls that were answered, the last one last. */
  calls(): readonly LoopbackCall[];
}

/** Starts a server on loopback that plays a vendor; the behaviour stands in front of every path. */
export async function startLoopbackCounterpart(params: LoopbackParams): Promise<LoopbackCounterpart> {
  const received: ReceivedCall[] = [];
  const calls: LoopbackCall[] = [];
  let waiting: ((call: ReceivedCall) => void)[] = [];
  const server = createServer((request, response) => {
    // Each call listens for the end of its connection, and a kept one carries many calls.
    request.socket.setMaxListeners(0);
    void (async () => {
      const call = await readCall(request, response);
      calls.push(call);
      if (params.aside?.(call) === true) return;
      const key = request.headers['idempotency-key'];
      const told = {
        idempotencyKey: Array.isArray(key) ? key[0] : key,
        // A connection that is reset is closed too; `once` of node:events would reject.
        closed: new Promise((settle) => void request.socket.once('close', settle)),
      };
      received.push(told);
      for (const tell of waiting) tell(told);
      waiting = [];
      const isPlayed = params.isPlayed?.(call.behaviour) ?? true;
      if (!isPlayed || !misbehaves(call, request)) await params.answer(call);
    })().catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const refused = `http://127.0.0.1:${await unusedPort()}`;
  return {
    configFor: (behaviour) => {
      const { words, ...short } = { words: '', ...behaviour };
      const wish = JSON.stringify(
        words === '' ? behaviour : { ...short, words: words.slice(0, 50), pad: words.length },
      );
      const base = behaviour.kind === 'refused' ? refused : origin;
      return params.config(`${base}/${Buffer.from(wish).toString('base64url')}`, behaviour);
    },
    received: () => received,
    nextCall: () => new Promise((settle) => waiting.push(settle)),
    calls: () => calls,
    stop: () => stopServer(server),
  };
}

/** Sends JSON. */
export function sendJson(response: ServerResponse, body: Json, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** Sends the beginning of a stream of server-sent events; the caller ends it. */
export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache',
  });
  response.flushHeaders();
}

async function readCall(request: IncomingMessage, response: ServerResponse): Promise<LoopbackCall> {
  const url = new URL(request.url ?? '/', 'http://counterpart');
  const [, wish = '', ...rest] = url.pathname.split('/');
  const { method = 'GET', headers } = request;
  const behaviour = readBehaviour(Buffer.from(wish, 'base64url').toString());
  const path = `/${rest.join('/')}`;
  return {
    behaviour,
    method,
    baseUrl: `http://${headers.host ?? ''}/${wish}`,
    path,
    query: url.searchParams,
    headers,
    body: bodyOf(await textOf(request)),
    response,
  };
}

function bodyOf(text: string): Json {
  try {
    return parseJsonBounded(text, { maxDepth: 200 });
  } catch {
    return null;
  }
}

function misbehaves(call: LoopbackCall, request: IncomingMessage): boolean {
  const { behaviour, response } = call;
  switch (behaviour.kind) {
    case 'status': {
      const { status, retryAfter = '', words = '' } = behaviour;
      const pad = 'pad' in behaviour ? Number(behaviour.pad) : 0;
      if (retryAfter !== '') response.setHeader('Retry-After', retryAfter);
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(words.padEnd(pad, 'é'));
      return true;
    }
    case 'slow':
      return true;
    case 'drop':
      request.socket.destroy();
      return true;
    case 'malformed':
      sendUnusable(call, '{"ok": tru');
      return true;
    case 'huge':
      sendUnusable(call, JSON.stringify('x'.repeat(4_500_000)));
      return true;
    case 'web-page':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Please log in</html>');
      return true;
    default:
      return false;
  }
}

/** As JSON, or as the one event of a stream for who asks for a stream. */
function sendUnusable({ headers, response }: LoopbackCall, text: string): void {
  if (headers['accept']?.includes('text/event-stream') === true) {
    beginEvents(response);
    response.end(`data: ${text}\n\n`);
  } else response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
}

/** The port that a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A port on which nobody listens: it was ours a moment ago. */
export async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  await stopServer(server);
  return port;
}

/** Stops a server and lets go of its connections. */
export async function stopServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
