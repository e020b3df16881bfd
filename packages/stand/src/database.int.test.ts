import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ensureDatabase, keepPassword } from './database.ts';
import { startPostgres, type RunningPostgres } from './postgres.ts';

describe('ensureDatabase()', () => {
  let postgres: RunningPostgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(() => postgres.stop());

  it('makes a database once, and answers where it is', async () => {
    const url = await ensureDatabase(postgres.url, 'one_2');
    expect(await ensureDatabase(postgres.url, 'one_2')).toBe(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('select current_database() as name');
    await client.end();
    expect(rows).toEqual([{ name: 'one_2' }]);
  });

  it('refuses a name that would need quotes', async () => {
    await expect(ensureDatabase(postgres.url, 'a"; drop')).rejects.toThrow('no plain name');
  });
});

describe('keepPassword()', () => {
  it('makes a password that only this user may read, and gives it again', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'baton-password-'));
    try {
      const file = join(dir, 'password');
      const password = await keepPassword(file);
      expect(password).toMatch(/^[\w-]{32}$/);
      expect(await keepPassword(file)).toBe(password);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await expect(keepPassword(dir)).rejects.toThrow('EISDIR');
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
