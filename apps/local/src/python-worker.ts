import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findPython,
  freePort,
  startProcess,
  waitUntil,
  type Python,
  type SupervisedProcess,
} from '@baton/stand';
import { reportEnd } from './part-end.ts';
import type { Terminal } from './terminal.ts';

/** What {@link startPythonWorker} needs. */
export interface PythonWorkerParams {
  /** The checkout. */
  readonly root: string;
  readonly stateDir: string;
  /** Environment of the worker, with the addresses of database and Temporal. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Told of the process as soon as it runs. */
  readonly onStarted: (part: SupervisedProcess) => Promise<void>;
}

/** The first start downloads the packages of the worker. */
const PATIENCE_MS = 30 * 60_000;

/** Longer than it gives its running calls to end. */
const GRACE_MS = 35_000;

/**
 * Brings the worker of Python agents up beside everything else, and says so in one line when it is up, when there is no
 * Python, and when it ends. Nothing waits for it and nothing ends with it: calls of Python agents wait until one is there.
 * Never rejects.
 */
export async function startPythonWorker(params: PythonWorkerParams): Promise<void> {
  const { terminal, signal } = params;
  try {
    const { python, missing } = await findPython(params.env);
    if (python === null)
      terminal.line(`  Python agents: ${missing}; set BATON_PYTHON to one. Their calls wait.`);
    else await bringUp(params, python);
  } catch (error) {
    // Told, and no reason to end what works without it.
    if (!signal.aborted)
      terminal.line(`  Python agents: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function bringUp(params: PythonWorkerParams, python: Python): Promise<void> {
  const { root, stateDir, terminal, signal } = params;
  const logs = join(stateDir, 'logs');
  const logFile = join(logs, 'python-worker.log');
  await mkdir(logs, { recursive: true });
  await rename(logFile, join(logs, 'python-worker.previous.log')).catch(() => {
    // The first start has no log to put aside.
  });
  const port = params.env['BATON_PYTHON_METRICS_PORT'] || String(await freePort());
  const worker = await startProcess({
    name: 'The worker of Python agents',
    command: python.command,
    args: [join(root, 'apps', 'python-worker', 'start.py')],
    env: { ...params.env, BATON_STATE_DIR: stateDir, BATON_PYTHON_METRICS_PORT: port },
    cwd: root,
    logFile,
    graceMs: GRACE_MS,
  });
  await params.onStarted(worker);
  const ended = worker.ended.then(({ wanted }) => (wanted ? 'stopped' : 'died'));
  const ready = untilReady(port, signal).then(() => 'ready' as const);
  // Whoever comes second is nobody's business.
  ready.catch(() => undefined);
  const how = await Promise.race([ready, ended]);
  if (how === 'ready') terminal.line(`  Python agents: their worker is up (Python ${python.version}).`);
  if ((await ended) === 'died' && !signal.aborted) terminal.line(`\n${await reportEnd(worker)}`);
}

async function untilReady(port: string, signal: AbortSignal): Promise<void> {
  const look = async (): Promise<string | null> => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
    });
    return response.ok ? null : response.text();
  };
  await waitUntil({ what: 'Their worker', look, signal, everyMs: 500, timeoutMs: PATIENCE_MS });
}
