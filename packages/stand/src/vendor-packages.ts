import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPython } from './python.ts';
import { startProcess } from './supervised-process.ts';

/** What {@link ensureNpmPackages} needs. */
export interface NpmPackagesParams {
  /** Holds nothing else; it is made, and emptied before an installation. */
  readonly folder: string;
  /** With versions, such as `n8n@2.41.1`. */
  readonly packages: readonly string[];
  /** Versions of packages deeper in the tree, as npm's `overrides` have them. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Packages that nothing calls and that could not be built everywhere: each is replaced by one line of CommonJS. */
  readonly hollow?: Readonly<Record<string, string>>;
  /** Further flags of `npm install`. */
  readonly flags?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What {@link ensurePythonPackages} needs. */
export interface PythonPackagesParams {
  /** Becomes a virtual environment. */
  readonly folder: string;
  /** With versions, such as `langgraph-api==0.16.7`. */
  readonly packages: readonly string[];
  readonly signal?: AbortSignal;
}

/** Packages of others that are there now. */
export interface InstalledPackages {
  readonly folder: string;
  /** How long their installation took, now or at an earlier time. */
  readonly seconds: number;
}

/**
 * Installs packages of npm into a folder of their own, unless they are there. No install scripts run. Throws a sentence
 * that names the log when they cannot be had.
 */
export async function ensureNpmPackages(params: NpmPackagesParams): Promise<InstalledPackages> {
  const { folder, packages, flags = [], signal } = params;
  const hollow: Readonly<Record<string, string>> = params.hollow ?? {};
  return ensure({ folder, stamp: JSON.stringify({ ...params, signal: null }) }, async () => {
    for (const [name, code] of Object.entries(hollow)) await writeHollow(folder, name, code);
    const hollowed = Object.keys(hollow).map((name): [string, string] => [name, `file:./hollow/${name}`]);
    const overrides = { ...params.overrides, ...Object.fromEntries(hollowed) };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, overrides }));
    const fixed = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    const args = ['install', ...fixed, ...flags, ...packages];
    await run({ name: packages.join(' '), command: 'npm', args, folder, ...(signal && { signal }) });
  });
}

/**
 * Installs packages of PyPI into a virtual environment of their own, unless they are there. Throws a sentence that names the
 * log when they cannot be had; they need a Python of 3.10 or later.
 */
export async function ensurePythonPackages(params: PythonPackagesParams): Promise<InstalledPackages> {
  const { folder, packages, signal } = params;
  return ensure({ folder, stamp: JSON.stringify(packages) }, async () => {
    const more = { folder, ...(signal && { signal }) };
    const found = await findPython(process.env);
    if (found.python === null) throw new Error(found.missing);
    const { command } = found.python;
    const venv = join(folder, 'venv');
    await run({ name: 'a Python environment', command, args: ['-m', 'venv', venv], ...more });
    const args = ['install', '--quiet', '--disable-pip-version-check', ...packages];
    await run({ name: packages.join(' '), command: join(venv, 'bin', 'pip'), args, ...more });
  });
}

interface Wanted {
  readonly folder: string;
  /** Says all that decides what is installed. */
  readonly stamp: string;
}

async function ensure({ folder, stamp }: Wanted, install: () => Promise<void>): Promise<InstalledPackages> {
  const file = join(folder, 'installed.json');
  const known = readStamp(await readFile(file, 'utf8').catch(() => ''));
  if (known.stamp === stamp) return { folder, seconds: known.seconds };
  const since = performance.now();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await install();
  const seconds = Math.round((performance.now() - since) / 1000);
  await writeFile(file, JSON.stringify({ stamp, seconds }));
  return { folder, seconds };
}

function readStamp(text: string): { readonly stamp: string; readonly seconds: number } {
  const [, seconds = '0'] = /"seconds":(\d+)\}$/.exec(text) ?? [];
  const known: unknown = text === '' ? null : JSON.parse(text);
  const stamp = typeof known === 'object' && known !== null && 'stamp' in known ? known.stamp : null;
  return { stamp: typeof stamp === 'string' ? stamp : '', seconds: Number(seconds) };
}

async function writeHollow(folder: string, name: string, code: string): Promise<void> {
  const place = join(folder, 'hollow', name);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
  await writeFile(join(place, 'index.js'), `${code}\n`);
}

interface Tool {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/** The log may name the machine's registries, so a message only says where it is. */
async function run({ name, command, args, folder, signal }: Tool): Promise<void> {
  signal?.throwIfAborted();
  const logFile = join(folder, 'install.log');
  const child = await startProcess({ name, command, args, cwd: folder, logFile });
  const stop = (): void => void child.stop();
  signal?.addEventListener('abort', stop);
  const { code } = await child.ended;
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`${name} could not be installed; ${logFile} says why.`);
}
