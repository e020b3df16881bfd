import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@baton/stand';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rebuildEnvironment } from './rebuild.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'baton-rebuild-'));
  await mkdir(join(root, '.baton', 'postgres'), { recursive: true });
  await writeFile(join(root, '.baton', 'postgres', 'app.password'), 'word\n');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('rebuildEnvironment()', () => {
  it('takes what the environment names', async () => {
    const env = {
      DATABASE_URL: 'postgres://db',
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_NAMESPACE: 'runs',
    };
    expect(await rebuildEnvironment({ root, env })).toEqual(env);
  });

  it('takes the embedded parts of a Baton that runs', async () => {
    const servers = [createServer(), createServer()];
    const ports = await Promise.all(
      servers.map(async (server) => {
        const port = await freePort();
        await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
        return String(port);
      }),
    );
    const env = { BATON_POSTGRES_PORT: ports[0], BATON_TEMPORAL_PORT: ports[1] };
    expect(await rebuildEnvironment({ root, env })).toEqual({
      DATABASE_URL: `postgresql://baton_app:word@127.0.0.1:${ports[0]}/baton`,
      TEMPORAL_ADDRESS: `127.0.0.1:${ports[1]}`,
      TEMPORAL_NAMESPACE: 'default',
    });
    for (const server of servers) server.close();
  });

  it('says what to do when they do not run, or never have', async () => {
    const nobody = String(await freePort());
    const env = { BATON_POSTGRES_PORT: nobody, BATON_TEMPORAL_PORT: nobody };
    const asked = [
      rebuildEnvironment({ root, env }),
      rebuildEnvironment({ root, env: { ...env, BATON_STATE_DIR: 'elsewhere' } }),
      rebuildEnvironment({ root, env: { ...env, DATABASE_URL: 'postgres://db' } }),
    ];
    const [first, second, third] = await Promise.allSettled(asked);
    const reason = (settled: PromiseSettledResult<unknown> | undefined): string =>
      settled?.status === 'rejected' ? String(settled.reason) : 'nothing';
    expect(reason(first)).toContain(`PostgreSQL does not run on port ${nobody}: start Baton`);
    expect(reason(second)).toContain('PostgreSQL does not run');
    expect(reason(third)).toContain('set TEMPORAL_ADDRESS to your own.');
  });
});
