import { createServer } from 'node:net';

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

/** A TCP port of 127.0.0.1 that nobody listens on at this moment; nothing keeps it free afterwards. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/** Whether somebody listens on this TCP port of 127.0.0.1, or it may not be used. */
export async function portTaken(port: number): Promise<boolean> {
  try {
    await listenOnce(port);
    return false;
  } catch {
    // Whatever the reason is, this port cannot be had.
    return true;
  }
}
