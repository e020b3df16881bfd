// The catalogue of PostgreSQL has words of its own.
// cspell:ignore attname attnotnull attnum attrelid datdba datname indexrelid indisunique indkey indrelid nspname nspowner
// cspell:ignore regclass regnamespace relkind relname relnamespace relowner rolbypassrls rolcreatedb rolcreaterole
// cspell:ignore rolname rolreplication rolsuper
import { describe, expect, it } from '@jest/globals';
import { startAgent } from './agent-stand-in.ts';
import { select } from './database.ts';
import { textOf } from './http.ts';
import { createScenario, objectOf } from './scenario.ts';
import { historyOf } from './temporal.ts';
import { verifies } from './verifies.ts';

const { call, events, publish, register, run, start, steps } = createScenario();

const KIB = 1024;

describe('the role of API and workers', () => {
  it(verifies('TENANT-1', 'owns nothing and has no power'), async () => {
    const [role] = await select(
      `SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication
       FROM pg_roles WHERE rolname = current_user`,
      [],
      'app',
    );
    expect(role).toEqual({
      rolname: 'baton_e2e_app',
      rolsuper: false,
      rolbypassrls: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolreplication: false,
    });
    const owned = await select(
      `SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
       UNION SELECT nspname FROM pg_namespace WHERE nspowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
       UNION SELECT datname FROM pg_database WHERE datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)`,
      [],
      'app',
    );
    expect(owned).toEqual([]);
    for (const statement of ['CREATE TABLE mine (n int)', 'CREATE SCHEMA mine', 'DELETE FROM runs'])
      await expect(select(statement, [], 'app')).rejects.toMatchObject({ code: '42501' });
    for (const statement of [
      'UPDATE human_task_decisions SET at = now()',
      'DELETE FROM audit',
      "UPDATE workflow_versions SET document = '{}'",
    ])
      await expect(select(statement, [], 'app')).rejects.toMatchObject({ code: '42501' });
  });

  it(verifies('TENANT-1', 'finds a workspace in every table, first in every key and index'), async () => {
    const without = await select(
      `SELECT c.relname FROM pg_class c
       WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (
         SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND a.attnotnull)
       ORDER BY c.relname`,
    );
    // The workspaces themselves have it as their id.
    expect(without.map(({ relname }) => relname)).toEqual(['_prisma_migrations', 'workspaces']);
    const keys = await select(
      `SELECT i.indexrelid::regclass::text AS name FROM pg_index i
       JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
       WHERE i.indisunique AND c.relname NOT IN ('_prisma_migrations', 'workspaces') AND a.attname <> 'workspace_id'`,
    );
    expect(keys).toEqual([]);
  });

  it(verifies('TENANT-1', 'shows nothing of a workspace that is not there'), async () => {
    const runId = textOf(await run([{ a: { set: { n: 1 } } }]), 'id');
    for (const workspace of ['elsewhere', '', 'default2']) {
      const headers = { 'baton-workspace': workspace };
      expect((await call(`GET /v1/runs/${runId}`, { headers })).status).toBe(404);
    }
    const here = await call(`GET /v1/runs/${runId}`, { headers: { 'baton-workspace': 'default' } });
    expect(here.status).toBe(200);
    const others = await select(
      'SELECT count(*)::int AS n FROM runs WHERE workspace_id NOT IN (SELECT id FROM workspaces)',
    );
    expect(others).toEqual([{ n: 0 }]);
  });
});

describe('large payloads', () => {
  it(verifies('TENANT-2', 'lie in the artifact store; histories hold references'), async () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const long = (seed: number): string =>
      Array.from({ length: 200 * KIB }, (_, n) => letters[(n * 7 + seed + (n >> 5)) % 26]).join('');
    const agent = await startAgent(({ body }) => ({ body: { heard: body, said: long(3) } }));
    const talker = await register(`${agent.url}/talk`);
    const flow = await publish([
      { talk: { call: 'agent', with: { agent: talker, input: '${ . }' } } },
      { rest: { wait: 'PT0.01S' } },
    ]);
    const input = { text: long(1) };
    const ended = objectOf(await start(flow, input, { headers: { prefer: 'wait=30' } }));
    expect([ended['status'], ended['input'], ended['output']]).toEqual([
      'completed',
      input,
      { heard: input, said: long(3) },
    ]);
    const runId = textOf(ended, 'id');
    expect((await steps(runId))[0]?.['output']).toEqual(ended['output']);
    expect((await events(runId)).at(-1)?.['type']).toBe('run.completed');
    const history = await historyOf(ended);
    const sizes = history.map((event) => JSON.stringify(event).length);
    expect(Math.max(...sizes)).toBeLessThan(64 * KIB);
    const claims = JSON.stringify(history).match(/YmF0b24vY2xhaW0tY2hlY2s=/g) ?? [];
    expect(claims.length).toBeGreaterThanOrEqual(3);
    const kept = await select('SELECT size, media_type FROM artifacts WHERE size > $1', [200 * KIB]);
    expect(kept.length).toBeGreaterThan(0);
    await agent.stop();
  });
});
