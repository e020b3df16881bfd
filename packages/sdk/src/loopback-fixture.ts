import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';

/** A request as a server on loopback got it. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback that remembers what it was asked. */
export interface Loopback {
  readonly url: string;
  readonly received: readonly Received[];
  /** Answers the next requests; the last one stays. */
  answer(...listeners: readonly RequestListener[]): void;
  stop(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startLoopback(): Promise<Loopback> {
  const received: Received[] = [];
  let listeners: readonly RequestListener[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      const [listener, ...rest] = listeners;
      if (rest.length > 0) listeners = rest;
      listener?.(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    received,
    answer: (...next) => void (listeners = next),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Answers with an event stream made of these pieces, each written by itself, and ends or breaks it. */
export function stream(
  pieces: readonly (string | Uint8Array)[],
  end: 'end' | 'break' | 'stay' = 'end',
): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
    const writeFrom = (index: number): void => {
      const piece = pieces[index];
      if (piece !== undefined) return void response.write(piece, () => setImmediate(writeFrom, index + 1));
      if (end === 'end') response.end();
      if (end === 'break') response.destroy();
    };
    writeFrom(0);
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
