import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Json } from '@baton/core';
import type { Behaviour, Counterpart, ReceivedCall } from '../counterpart.ts';
import { portOf, stopServer, unusedPort } from '../loopback-counterpart.ts';

/** What the counterpart answers to `ok` and `usage`. */
export const ANSWER = { ok: true, summary: 'done' };

/** A counterpart for the conformance suite that also shows the last call's request line and headers. */
export interface HttpCounterpart extends Counterpart {
  /** The server's own URL, without a path. */
  readonly origin: string;
  last(): IncomingMessage | undefined;
}

/** Starts an HTTP agent on loopback whose path says how it behaves. */
export async function startHttpCounterpart(): Promise<HttpCounterpart> {
  const calls: ReceivedCall[] = [];
  const requests: IncomingMessage[] = [];
  let waiting: ((call: ReceivedCall) => void)[] = [];
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key'];
    const call = { idempotencyKey: Array.isArray(key) ? key[0] : key, closed: once(request.socket, 'close') };
    calls.push(call);
    requests.push(request);
    for (const tell of waiting) tell(call);
    waiting = [];
    behave(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const refused = `http://127.0.0.1:${await unusedPort()}`;
  return {
    origin,
    last: () => requests.at(-1),
    configFor: (behaviour) => ({
      endpoint: (behaviour.kind === 'refused' ? refused : origin) + pathOf(behaviour),
      response: behaviour.kind === 'usage' ? USAGE_RESPONSE : {},
    }),
    received: () => calls,
    nextCall: () => new Promise((settle) => waiting.push(settle)),
    stop: () => stopServer(server),
  };
}

const USAGE_RESPONSE: Json = {
  output: '${ .result }',
  usage: {
    inputTokens: '${ .usage.in }',
    outputTokens: '${ .usage.out }',
    costUsd: '${ .usage.in * 0.001 }',
  },
};

function pathOf(behaviour: Behaviour): string {
  if (behaviour.kind !== 'status') return `/${behaviour.kind}`;
  const { status, retryAfter = '', words = '' } = behaviour;
  const wish = new URLSearchParams({
    status: String(status),
    retryAfter,
    words: words.slice(0, 50),
    pad: String(words.length),
  });
  return `/status?${wish.toString()}`;
}

function behave(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://counterpart');
  switch (url.pathname) {
    case '/':
    case '/ok':
      return json(response, JSON.stringify(ANSWER));
    case '/usage':
      return json(response, JSON.stringify({ result: ANSWER, usage: { in: 12, out: 5 } }));
    case '/echo':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      return void request.pipe(response);
    case '/text':
      return void response.writeHead(200, { 'Content-Type': 'text/plain' }).end('{"not": "json"}');
    case '/untyped':
      return void response.writeHead(200).end(url.searchParams.get('body'));
    case '/malformed':
      return json(response, '{"ok": tru');
    case '/huge':
      return json(response, JSON.stringify('x'.repeat(4_500_000)));
    case '/drop':
      return void request.socket.destroy();
    case '/status':
      return refuse(response, url.searchParams);
    default:
      // '/slow': the connection stays open and nothing is said.
      return;
  }
}

function json(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(text);
}

function refuse(response: ServerResponse, wish: URLSearchParams): void {
  const retryAfter = wish.get('retryAfter') ?? '';
  const words = (wish.get('words') ?? '').padEnd(Number(wish.get('pad')), 'é');
  if (retryAfter !== '') response.setHeader('Retry-After', retryAfter);
  response.writeHead(Number(wish.get('status')), { Location: '/ok' }).end(words);
}
