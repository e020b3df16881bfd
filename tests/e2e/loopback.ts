import type { Server } from 'node:http';

/** A server that listens on this machine. */
export interface Listening {
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens on a free port; a scenario that fails before it stops its server does not keep the tests from ending. */
export async function listenOnLoopback(server: Server): Promise<Listening> {
  server.unref();
  server.on('connection', (socket) => socket.unref());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
