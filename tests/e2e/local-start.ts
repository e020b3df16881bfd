import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, parseJson, type JsonObject } from '@baton/core';
import { freePort, waitUntil } from '@baton/stand';
import { ROOT } from './markdown.ts';

/** A state folder and ports of its own, as environment of `npm start`. */
export interface Place {
  readonly stateDir: string;
  readonly ports: readonly number[];
  readonly env: Readonly<Record<string, string>>;
}

const PORTS = [
  'BATON_API_PORT',
  'BATON_POSTGRES_PORT',
  'BATON_TEMPORAL_PORT',
  'BATON_TEMPORAL_UI_PORT',
  'BATON_DEMO_AGENTS_PORT',
];

/** Makes a place in the checkout, where every user may pass that PostgreSQL may run as. */
export async function createPlace(name: string): Promise<Place> {
  const stateDir = join(ROOT, '.baton', 'e2e', name);
  await mkdir(stateDir, { recursive: true });
  const ports = await Promise.all(PORTS.map(() => freePort()));
  const settings: Record<string, string> = {};
  for (const [index, variable] of PORTS.entries()) settings[variable] = String(ports[index]);
  return { stateDir, ports, env: { ...settings, BATON_STATE_DIR: stateDir } };
}

/** A running `npm start`, behind the bootstrap. */
export interface LocalStart {
  output(): string;
  /** Waits until it has written this; fails with all it wrote when it ends before. */
  until(text: string): Promise<void>;
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  readonly exitCode: Promise<number | null>;
}

/** Starts it with arguments such as `--demo`. */
export function startLocal({ env }: Place, ...args: readonly string[]): LocalStart {
  const main = join(ROOT, 'apps', 'local', 'src', 'main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'start', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)));
  const exitCode = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      ended = true;
      resolve(code);
    });
  });
  const look = (wanted: string): Promise<string | null> => {
    if (text.includes(wanted)) return Promise.resolve(null);
    if (ended) throw new Error(`It ended without "${wanted}":\n${text}`);
    return Promise.resolve(`so far:\n${text}`);
  };
  return {
    output: () => text,
    until: (wanted) => waitUntil({ what: `"${wanted}"`, look: () => look(wanted), timeoutMs: 120_000 }),
    signal: (name) => void child.kill(name),
    exitCode,
  };
}

/** Process ids of everything that `npm start` notes to have started, itself included. */
export async function pidsOf({ stateDir }: Place): Promise<readonly number[]> {
  const facts = parseJson(await readFile(join(stateDir, 'supervisor.json'), 'utf8'));
  const parts: readonly JsonObject[] =
    isObject(facts) && Array.isArray(facts['parts']) ? facts['parts'].filter(isObject) : [];
  return [facts, ...parts].flatMap((one) =>
    isObject(one) && typeof one['pid'] === 'number' ? [one['pid']] : [],
  );
}
