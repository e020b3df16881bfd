import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findTemporalCli, TemporalNotFoundError } from './find-cli.ts';
import { fetchArchive } from './official-archive.ts';
import { runCommand } from './run-command.ts';

/** Programs every case may use; none of them is `temporal` or `go`. */
const BARE_PATH = ['/usr/bin', '/bin'].join(delimiter);

let dir = '';
let server: Server | null = null;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-cli-'));
});

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = null;
  await rm(dir, { recursive: true, force: true });
});

async function program(name: string, script: string): Promise<string> {
  const folder = join(dir, `bin-${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  return folder;
}

function serve(body: Buffer | number | 'never'): Promise<string> {
  server = createServer((_request, response) => {
    if (body === 'never') return;
    if (typeof body === 'number') response.writeHead(body).end();
    else response.end(body);
  });
  const listening = server;
  return new Promise((resolve) =>
    listening.listen(0, '127.0.0.1', () => {
      const address = listening.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    }),
  );
}

async function archive(): Promise<Buffer> {
  const folder = await program('temporal', 'echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"');
  const { spawnSync } = await import('node:child_process');
  return spawnSync('tar', ['-czf', '-', '-C', folder, 'temporal']).stdout;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('fetchArchive()', () => {
  it('unpacks an archive whose digest is the pinned one', async () => {
    const bytes = await archive();
    const baseUrl = await serve(bytes);
    const had = await fetchArchive({ intoDir: dir, platform: 'linux_amd64', baseUrl, sha256: sha256(bytes) });
    expect(had).toEqual({ kind: 'had', path: join(dir, 'temporal') });
    expect((await runCommand(join(dir, 'temporal'), [])).output).toContain('1.5.1');
  });

  it('refuses another digest and unpacks nothing', async () => {
    const baseUrl = await serve(await archive());
    const into = await mkdtemp(join(dir, 'into-'));
    const had = await fetchArchive({ intoDir: into, platform: 'linux_amd64', baseUrl });
    expect(had).toMatchObject({ kind: 'not-had', reason: expect.stringContaining('it was refused') });
    expect(await readdir(into)).toEqual([]);
  });

  it('gives up soon when nobody answers', async () => {
    const baseUrl = await serve('never');
    const had = await fetchArchive({ intoDir: dir, platform: 'linux_amd64', baseUrl, connectTimeoutMs: 100 });
    expect(had).toEqual({ kind: 'not-had', reason: 'no connection in time' });
  });

  it('says so when there is no archive for the machine', async () => {
    const had = await fetchArchive({ intoDir: dir, platform: null });
    expect(had).toEqual({ kind: 'not-had', reason: 'there is none for this machine' });
  });
});

describe('findTemporalCli()', () => {
  it('takes the one on PATH when it is new enough', async () => {
    const folder = await program('temporal', 'echo "temporal version 1.6.0 (Server 1.30.0, UI 2.43.0)"');
    const environment = { PATH: `${folder}${delimiter}${BARE_PATH}`, XDG_CACHE_HOME: dir };
    expect(await findTemporalCli({ environment })).toEqual({ path: join(folder, 'temporal'), from: 'path' });
  });

  it('refuses what TEMPORAL_CLI names when it is too old', async () => {
    const folder = await program('temporal', 'echo "temporal version 1.1.0 (Server 1.25.0, UI 2.30.0)"');
    const environment = { TEMPORAL_CLI: join(folder, 'temporal'), PATH: BARE_PATH, XDG_CACHE_HOME: dir };
    await expect(findTemporalCli({ environment })).rejects.toThrow('it is version 1.1.0 and 1.5 is needed');
  });

  it('names all three ways when none works', async () => {
    const folder = await program('temporal', 'echo "temporal version 1.1.0 (Server 1.25.0, UI 2.30.0)"');
    const environment = { PATH: `${folder}${delimiter}${BARE_PATH}`, XDG_CACHE_HOME: dir };
    const archiveBaseUrl = await serve(503);
    const error = await findTemporalCli({ environment, archiveBaseUrl }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TemporalNotFoundError);
    expect(String(error)).toContain('it is version 1.1.0');
    expect(String(error)).toContain('the server answered 503');
    expect(String(error)).toContain('no Go on PATH');
    expect(await readdir(join(dir, 'baton', 'temporal', '1.5.1'))).toEqual([]);
  });

  it('builds once when two ask at the same time, and keeps what it built', async () => {
    const built = join(dir, 'built');
    const install = `echo x >> ${built}; printf '#!/bin/sh\\necho "temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)"\\n' > "$GOBIN/temporal"`;
    const folder = await program('go', `[ "$1" = install ] || exit 0\n${install}`);
    const environment = { PATH: `${folder}${delimiter}${BARE_PATH}`, XDG_CACHE_HOME: dir };
    const archiveBaseUrl = await serve(404);
    const ask = () => findTemporalCli({ environment, archiveBaseUrl });
    const found = await Promise.all([ask(), ask()]);
    const path = join(dir, 'baton', 'temporal', '1.5.1', 'temporal');
    expect(found.map((one) => one.path)).toEqual([path, path]);
    expect(found.map((one) => one.from).toSorted()).toEqual(['cache', 'go']);
    expect((await runCommand('cat', [built])).output).toBe('x\n');
    expect(await findTemporalCli({ environment, archiveBaseUrl })).toEqual({ path, from: 'cache' });
  });
});
