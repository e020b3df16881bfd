import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase } from './databases.ts';
import { stopParts } from './shared-parts.ts';

let prepared = 0;

async function prepare(templateUrl: string): Promise<void> {
  prepared += 1;
  const client = new pg.Client({ connectionString: templateUrl });
  await client.connect();
  await client.query('create table note (text text)');
  await client.end();
}

async function notesIn(url: string, insert: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('insert into note values ($1)', [insert]);
  const { rows } = await client.query<{ text: string }>('select text from note');
  await client.end();
  return rows;
}

afterAll(stopParts);

describe('createDatabase()', () => {
  it('gives every caller a database of its own from one prepared template', async () => {
    const key = `databases.int.test ${process.pid}`;
    const [one, two] = await Promise.all([
      createDatabase({ prepare, key }),
      createDatabase({ prepare, key }),
    ]);
    expect(await notesIn(one.url, 'one')).toEqual([{ text: 'one' }]);
    expect(await notesIn(two.url, 'two')).toEqual([{ text: 'two' }]);
    expect(prepared).toBe(1);
    await Promise.all([one.drop(), two.drop()]);
  });

  it('drops the database although a session is open', async () => {
    const database = await createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    // The server says why it ends the session, then closes it: two errors, of which the first is looked at.
    const ended = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await database.drop();
    expect(String(await ended)).toContain('terminat');
    const again = new pg.Client({ connectionString: database.url });
    await expect(again.connect()).rejects.toThrow(database.name);
  });
});
