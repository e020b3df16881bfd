import { describe, expect, it } from '@jest/globals';
import { createStatementNames } from './statement-names.ts';

describe('createStatementNames()', () => {
  it('gives one statement one name, and another one another', () => {
    const nameOf = createStatementNames();
    const first = nameOf({ sql: 'SELECT id FROM runs' });
    expect(first).toMatch(/^baton_\d+$/);
    expect(nameOf({ sql: 'SELECT id FROM runs' })).toBe(first);
    expect(nameOf({ sql: 'SELECT id FROM steps' })).not.toBe(first);
  });

  it('gives none to a statement whose columns a migration may change', () => {
    const nameOf = createStatementNames();
    for (const sql of [
      'SELECT * FROM runs',
      'select w.name, v.* from workflows w join workflow_versions v on true',
      'WITH x AS (UPDATE runs SET stalled = true RETURNING *) SELECT id FROM x',
      'SELECT t.*, now() AS now FROM human_tasks t',
    ]) {
      expect(nameOf({ sql })).toBe('');
    }
    expect(nameOf({ sql: 'SELECT count(*) FROM runs' })).not.toBe('');
  });

  it('stops at a number of plans that a connection can hold', () => {
    const nameOf = createStatementNames();
    const names = Array.from({ length: 600 }, (_, n) => nameOf({ sql: `SELECT ${n}` }));
    expect(new Set(names).size).toBe(501);
    expect(names.at(-1)).toBe('');
    expect(nameOf({ sql: 'SELECT 0' })).toBe(names[0]);
  });
});
