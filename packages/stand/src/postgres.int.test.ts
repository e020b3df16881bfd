import { mkdtemp, rm, stat, writeFile, chmod, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ensureDatabase } from './database.ts';
import { startPostgres } from './postgres.ts';

let dir = '';
let dataDir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-postgres-'));
  // As root, PostgreSQL runs as another user, who must pass through here.
  await chmod(dir, 0o711);
  dataDir = join(dir, 'cluster');
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres()', () => {
  it('keeps what was written over a restart, and its password to itself', async () => {
    const first = await startPostgres({ dataDir });
    const url = await ensureDatabase(first.url, 'baton');
    await ask(url, `create table note as select 'kept' as text`);
    expect(await ask(url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect((await stat(`${dataDir}.password`)).mode & 0o077).toBe(0);
    await first.stop();
    const second = await startPostgres({ dataDir });
    expect(await ask(await ensureDatabase(second.url, 'baton'), 'select text from note')).toEqual([
      { text: 'kept' },
    ]);
    await second.stop();
  });

  it('listens on loopback only and leaves no socket file', async () => {
    const postgres = await startPostgres({ dataDir });
    expect(await ask(postgres.url, `select current_setting('listen_addresses') as at`)).toEqual([
      { at: '127.0.0.1' },
    ]);
    expect(await ask(postgres.url, `select current_setting('unix_socket_directories') as at`)).toEqual([
      { at: '' },
    ]);
    await postgres.stop();
  });

  it('starts over the lock of a run that was killed', async () => {
    const killed = await startPostgres({ dataDir });
    await ask(
      await ensureDatabase(killed.url, 'baton'),
      `insert into note values ('written before the kill')`,
    );
    const lock = await readFile(join(dataDir, 'postmaster.pid'), 'utf8');
    killed.process.kill();
    await killed.ended;
    // The number in the lock may by now be any process's, here this one's.
    await writeFile(join(dataDir, 'postmaster.pid'), lock.replace(/^\d+/, String(process.pid)));
    const again = await startPostgres({ dataDir });
    const rows = await ask(await ensureDatabase(again.url, 'baton'), 'select text from note');
    expect(rows).toContainEqual({ text: 'written before the kill' });
    await again.stop();
  });

  it('ends a server that an earlier run left behind', async () => {
    const left = await startPostgres({ dataDir });
    const again = await startPostgres({ dataDir });
    expect((await left.ended).wanted).toBe(false);
    await again.stop();
  });

  it('removes a temporary cluster', async () => {
    const postgres = await startPostgres({ fast: true });
    const log = postgres.process.logFile;
    await postgres.stop();
    await expect(stat(log)).rejects.toThrow('ENOENT');
  });

  it('says what the server wrote when it does not come up', async () => {
    const first = await startPostgres({ fast: true });
    const start = startPostgres({ dataDir, port: first.port });
    await expect(start).rejects.toThrow('ended as soon as it was started');
    await first.stop();
  });

  it('refuses a cluster whose password is lost', async () => {
    await rm(`${dataDir}.password`);
    await expect(startPostgres({ dataDir })).rejects.toThrow('is missing');
  });
});
