import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createAdapters } from '@baton/agents';
import { isObject, own, parseJson, type Json, type JsonObject } from '@baton/core';
import { createEgress } from '@baton/egress';
import { freePort, startProcess, waitUntil, type SupervisedProcess } from '@baton/stand';
import { packageAgent, type PackageAgentParams } from './package-agent.ts';

const ROOT = join(__dirname, '../../..');
const TOKEN = 'a-token-of-the-test';

const folders: string[] = [];
const servers: SupervisedProcess[] = [];
const egress = createEgress({ policy: { allowLoopback: true } });

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});
afterAll(async () => {
  await egress.close();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-packaged-'));
  folders.push(folder);
  return folder;
}

async function packaged(more: Partial<PackageAgentParams> = {}): Promise<string> {
  const out = join(await newFolder(), 'agent');
  await packageAgent({
    file: join(ROOT, 'examples/framework/refund-graph.ts'),
    export: 'refundDesk',
    framework: 'langgraph',
    parameters: { free: 50 },
    target: 'fetch',
    out,
    ...more,
  });
  // What "npm install" brings.
  await symlink(join(ROOT, 'examples/node_modules'), join(out, 'node_modules'));
  return out;
}

/** Serves a packaged agent; gives its URL. */
async function serve(folder: string, target: PackageAgentParams['target']): Promise<string> {
  const port = await freePort();
  const server = await startProcess({
    name: 'The function',
    command: process.execPath,
    args: [join(__dirname, 'serve-fixture.mjs'), folder, String(port), target],
    env: { BATON_AGENT_TOKEN: TOKEN },
    logFile: join(folder, 'log'),
  });
  servers.push(server);
  const url = `http://127.0.0.1:${port}/`;
  const look = async (): Promise<string | null> =>
    (await fetch(url).catch(() => null)) === null ? server.logTail() : null;
  await waitUntil({ what: 'the function', look, everyMs: 50 });
  return url;
}

/** Asks through the adapter, as the README of the folder says. */
async function ask(url: string, input: Json, token = TOKEN): Promise<unknown> {
  const adapter = createAdapters().find(({ kind }) => kind === 'http');
  const parsed = adapter?.parseConfig({
    endpoint: url,
    authentication: { bearer: { token } },
    body: { input: '${ . }' },
    response: { output: '${ .output }', usage: { inputTokens: '${ .usage.inputTokens }' } },
  });
  if (adapter === undefined || parsed?.ok !== true) throw new Error(JSON.stringify(parsed));
  const agent = { name: 'refund-desk', version: '1.0.0' };
  const context = {
    idempotencyKey: 'key-1',
    deadlineAt: Date.now() + 30_000,
    signal: new AbortController().signal,
    runId: 'run-1',
    workspaceId: 'workspace-1',
    secrets: {},
    egress,
    emit: () => undefined,
    heartbeat: () => undefined,
    lastHeartbeat: null,
  };
  return adapter.invoke({ agent, config: parsed.config, input }, context).catch((error: unknown) => error);
}

function stored(paused: Json): JsonObject {
  const pause = isObject(paused) ? own(paused, 'pause') : undefined;
  return pause !== undefined && isObject(pause) ? pause : {};
}

const REFUND = { order: 'A-1', amount: 5, reason: 'cold' };

describe('packageAgent()', () => {
  it('writes a function for the web and for Lambda, which the http adapter calls', async () => {
    const folder = await packaged();
    for (const target of ['fetch', 'lambda'] as const) {
      const url = await serve(folder, target);
      expect(await ask(url, REFUND)).toMatchObject({
        output: { approved: true, letter: 'We have refunded 5 dollars for A-1.' },
        usage: { inputTokens: 0 },
      });
      expect(await ask(url, REFUND, 'another')).toMatchObject({ failure: { status: 401, retryable: false } });
      expect(await ask(url, { ...REFUND, amount: 500 })).toMatchObject({
        failure: { status: 422, retryable: false, detail: expect.stringContaining('asks a person') },
      });
    }
  });

  it('goes on after a pause for who can ask a person', async () => {
    const url = await serve(await packaged(), 'fetch');
    const post = async (body: object): Promise<Json> => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      return parseJson(await response.text());
    };
    const input = { ...REFUND, amount: 500 };
    const paused = await post({ input, pauses: true });
    expect(paused).toMatchObject({ finish: 'pause', pause: { title: 'Refund 500 dollars for A-1?' } });
    const state = stored(paused)['resume'] ?? null;
    const resume = { state, answer: { outcome: 'approve' } };
    expect(await post({ input, resume })).toMatchObject({ finish: 'stop', output: { approved: true } });
  });

  it('refuses a folder that is not empty, and packages that are not there', async () => {
    const full = await newFolder();
    await writeFile(join(full, 'mine'), '');
    await expect(packaged({ out: full })).rejects.toThrow('is not empty');
    const file = join(await newFolder(), 'agent.mjs');
    await writeFile(file, 'import { a } from "package-that-nobody-has";\nexport default a;');
    await expect(packaged({ file, export: 'default' })).rejects.toThrow('is not installed beside it');
    await writeFile(file, 'export const load = () => import("../elsewhere.mjs");');
    await expect(packaged({ file })).rejects.toThrow('lies outside of');
    await expect(packaged({ parameters: { key: '$secrets.key' } })).rejects.toThrow('stay with Baton');
  });
});
