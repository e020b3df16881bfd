import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

const MIB = 1024 * 1024;

/** Everything that an agent may do instead of answering, by path. */
const FAULTS: Readonly<Record<string, (socket: Socket) => void>> = {
  '/garbage': (socket) => socket.end('\0\xff\r\nthis is no HTTP\r\n\r\n'),
  '/hangup': (socket) => socket.destroy(),
  '/silence': () => undefined,
  '/trickle': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
    const timer = setInterval(() => socket.write('1\r\n \r\n'), 50);
    socket.once('close', () => clearInterval(timer));
  },
  '/endless': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
    const more = (): void => {
      while (socket.writable && socket.write(`10000\r\n${' '.repeat(0x10000)}\r\n`));
    };
    socket.on('drain', more);
    more();
  },
  '/half': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":'),
  '/status': (socket) => socket.end('HTTP/1.1 99 What\r\nContent-Length: 0\r\n\r\n'),
  '/headers': (socket) =>
    socket.end(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(MIB)}\r\nContent-Length: 0\r\n\r\n`),
  '/bomb': (socket) => answer(socket, gzipSync(Buffer.alloc(64 * MIB, 32)), 'Content-Encoding: gzip\r\n'),
  '/no-gzip': (socket) => answer(socket, 'not compressed at all', 'Content-Encoding: gzip\r\n'),
  '/no-json': (socket) => answer(socket, '{"a": '),
  '/no-text': (socket) => answer(socket, Buffer.from([0x22, 0xff, 0xfe, 0xc0, 0x22])),
  '/large': (socket) => answer(socket, JSON.stringify('x'.repeat(2 * MIB))),
  '/deep': (socket) => answer(socket, '['.repeat(10_000) + ']'.repeat(10_000)),
  '/number': (socket) => answer(socket, '{"n": 1e999}'),
  '/nul': (socket) => answer(socket, String.raw`{"text": "a\u0000b", "\u0000": 1}`),
  '/surrogate': (socket) => answer(socket, String.raw`{"text": "a\ud800b"}`),
  '/prototype': (socket) => answer(socket, '{"__proto__": {"polluted": true}, "constructor": 1}'),
};

function answer(socket: Socket, body: string | Buffer, headers = ''): void {
  const bytes = Buffer.from(body);
  socket.write(
    `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`,
  );
  socket.end(bytes);
}

/** An agent that does everything wrong that can be done wrong over HTTP: each path has a fault of its own. */
export interface HostileAgent {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startHostileAgent(): Promise<HostileAgent> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // Whoever calls may hang up at any time.
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    let request = '';
    socket.on('data', (bytes) => {
      const known = request.includes('\r\n\r\n');
      request += bytes.toString('latin1');
      if (!known && request.includes('\r\n\r\n')) FAULTS[request.split(' ')[1] ?? '']?.(socket);
    });
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
