import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort, portTaken } from './ports.ts';

describe('portTaken()', () => {
  it('is true while somebody listens, and false before and after', async () => {
    const port = await freePort();
    expect(await portTaken(port)).toBe(false);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await portTaken(port)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await portTaken(port)).toBe(false);
  });
});
