import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hasCode } from './error-code.ts';

const run = promisify(execFile);

/** A Python that can run the worker of Python agents. */
export interface Python {
  /** What it is called by: a name on PATH, or a path. */
  readonly command: string;
  /** As in `3.11.7`. */
  readonly version: string;
}

/** What {@link findPython} answers: a Python, or a clause that says why there is none. */
export type FoundPython =
  { readonly python: Python; readonly missing: null } | { readonly python: null; readonly missing: string };

/** Fails where parts that every environment needs were left out of a Python. */
const PROBE =
  'import ensurepip, sys, venv; print(sys.version_info >= (3, 10), ".".join(map(str, sys.version_info[:3])))';

/** How long a Python may take to say what it is, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Finds a Python from 3.10 on: that of BATON_PYTHON, else `python3` or `python` on PATH. Never rejects. */
export async function findPython(env: Readonly<Record<string, string | undefined>>): Promise<FoundPython> {
  const named = env['BATON_PYTHON'];
  const reasons: string[] = [];
  for (const command of named ? [named] : ['python3', 'python']) {
    try {
      const { stdout } = await run(command, ['-c', PROBE], { env: { ...env }, timeout: PATIENCE_MS });
      const [isNewEnough, version = ''] = stdout.trim().split(' ');
      if (isNewEnough === 'True') return { python: { command, version }, missing: null };
      reasons.push(`${command} is Python ${version}`);
    } catch (error) {
      reasons.push(reasonOf(command, error));
    }
  }
  return { python: null, missing: `no Python ≥ 3.10 found (${reasons.join(', ')})` };
}

function reasonOf(command: string, error: unknown): string {
  if (hasCode(error, 'ENOENT')) return `there is no ${command}`;
  // The message of the error quotes the probe, which names the modules too.
  const told = typeof error === 'object' && error !== null && 'stderr' in error ? error.stderr : '';
  const said = typeof told === 'string' ? told : '';
  if (/ensurepip|venv/.test(said)) return `${command} has no venv module`;
  return `${command} does not answer`;
}
