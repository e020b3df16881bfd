import { createServer } from 'node:net';

function listenOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve());
    });
  });
}

/** Below the ports that systems give to outgoing connections, which would take one between its choice and its use. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

const TRIES = 1_000;

const given = new Set<number>();

/**
 * A TCP port of 127.0.0.1 that nobody listens on at this moment and that this process was not given before; nothing
 * keeps it free afterwards.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (given.has(port) || (await portTaken(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No port of 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT} is free.`);
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
