import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isAlive, waitUntil } from '@baton/stand';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSupervisorFacts, type SupervisorFacts } from './supervisor-file-codec.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
let root = '';
let env: Record<string, string> = {};
let running: ChildProcess | null = null;

/** An app that is ready at once; a file `break` in the checkout makes it fail instead. */
const app = (portVariable: string): string => `
import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
const server = createServer((request, response) => {
  if (request.url === '/break') process.exit(9);
  response.writeHead(200).end();
});
if (existsSync('break')) throw new Error('broken on purpose');
server.listen(Number(process.env['${portVariable}']), '127.0.0.1');
process.on('SIGTERM', () => {
  console.log('drained');
  server.closeAllConnections();
  server.close();
});`;

const driver = `
import { start } from ${JSON.stringify(join(here, 'start.ts'))};
import { createTerminal } from ${JSON.stringify(join(here, 'terminal.ts'))};
const terminal = createTerminal(process.stdout, false);
start({ root: process.cwd(), env: process.env, args: process.argv.slice(2), watch: false, terminal }).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);`;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'baton-start-'));
  await chmod(root, 0o711);
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
  await writeFile(join(root, 'driver.ts'), driver);
  for (const [name, variable] of [
    ['api', 'BATON_API_PORT'] as const,
    ['worker', 'BATON_WORKER_METRICS_PORT'] as const,
  ]) {
    await mkdir(join(root, 'apps', name, 'src'), { recursive: true });
    await writeFile(join(root, 'apps', name, 'src', 'main.ts'), app(variable));
  }
  env = {
    BATON_API_PORT: String(await freePort()),
    BATON_POSTGRES_PORT: String(await freePort()),
    BATON_TEMPORAL_PORT: String(await freePort()),
    BATON_TEMPORAL_UI_PORT: String(await freePort()),
  };
});

afterEach(() => {
  running?.kill('SIGKILL');
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

function npmStart(...args: string[]): Started {
  let output = '';
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'driver.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output: () => output, exit };
}

function until(what: string, holds: () => boolean): Promise<void> {
  return waitUntil({ what, look: () => Promise.resolve(holds() ? null : 'not yet'), timeoutMs: 30_000 });
}

async function up(...args: string[]): Promise<Started & { facts: SupervisorFacts }> {
  const started = npmStart(...args);
  await until('Baton', () => started.output().includes('Baton is up') || started.child.exitCode !== null);
  const facts = parseSupervisorFacts(await readFile(join(root, '.baton', 'supervisor.json'), 'utf8'));
  if (!facts) throw new Error(`Nothing runs: ${started.output()}`);
  return { ...started, facts };
}

describe('start()', () => {
  it('brings everything up, refuses a second one, and leaves nothing behind after Ctrl-C', async () => {
    const { child, output, exit, facts } = await up();
    expect(facts.parts.map((part) => part.name)).toEqual(['PostgreSQL', 'Temporal', 'The worker', 'The API']);
    expect(output()).toContain(`${facts.apiUrl}/docs`);
    const second = npmStart();
    expect(await second.exit).toBe(1);
    expect(second.output()).toContain(`Baton runs in this checkout already (process ${child.pid})`);
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    expect(facts.parts.filter((part) => isAlive(part.pid))).toEqual([]);
    expect(await readFile(join(root, '.baton', 'logs', 'api.log'), 'utf8')).toContain('drained');
  }, 60_000);

  it('ends everything and says how a part died', async () => {
    const { output, exit, facts } = await up();
    await fetch(`${facts.apiUrl}/break`).catch(() => undefined);
    expect(await exit).toBe(1);
    expect(output()).toContain('The API ended with exit code 9. Its whole log: ');
    expect(output()).toContain('goes on with the runs that are open');
    expect(facts.parts.filter((part) => isAlive(part.pid))).toEqual([]);
  }, 60_000);

  it('leaves nothing behind when it is killed', async () => {
    const { child, facts } = await up();
    child.kill('SIGKILL');
    await until('the end of every part', () => facts.parts.every((part) => !isAlive(part.pid)));
    expect(facts.parts).toHaveLength(4);
  }, 60_000);

  it('ends what was left when supervisor and guard were killed together', async () => {
    const { child, facts } = await up();
    child.kill('SIGKILL');
    await until('the end of every part', () => facts.parts.every((part) => !isAlive(part.pid)));
    // A process that the guard no longer ends: noted as the worker, and alive.
    const orphan = spawn('/bin/sh', ['-c', 'while :; do sleep 0.1; done'], { stdio: 'ignore' });
    const command = '/bin/sh -c while :; do sleep 0.1; done';
    const noted = { ...facts, parts: [{ name: 'The worker', pid: orphan.pid, command }] };
    await writeFile(join(root, '.baton', 'supervisor.json'), JSON.stringify(noted));
    const again = await up();
    expect(again.output()).toContain('Ended what an earlier run had left behind: The worker');
    await until('the end of the orphan', () => orphan.exitCode !== null || orphan.signalCode !== null);
    again.child.kill('SIGTERM');
    expect(await again.exit).toBe(0);
  }, 90_000);

  it('says what an app wrote when it does not come up', async () => {
    await writeFile(join(root, 'break'), '');
    const { output, exit } = npmStart();
    expect(await exit).toBe(1);
    await rm(join(root, 'break'));
    expect(output()).toContain('ended as soon as it was started');
    expect(output()).toContain('broken on purpose');
  }, 60_000);

  it('says which variable to set when a port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(Number(env['BATON_API_PORT']), '127.0.0.1', resolve));
    const { output, exit } = npmStart();
    expect(await exit).toBe(1);
    expect(output()).toContain('is taken: set BATON_API_PORT to a free one');
    await new Promise((resolve) => server.close(resolve));
  });
});
