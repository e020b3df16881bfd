import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startProcess, waitUntil, type SupervisedProcess } from '@baton/stand';
import type { Stack } from './stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where scenarios keep agents in Python. */
const PYTHON_AGENTS = join(root, 'tests', 'e2e', 'python-agents');

/** Making an environment means to download. */
const PATIENCE_MS = 300_000;

const PYTHON = process.env['BATON_PYTHON'] ?? 'python3';

/** Whether this machine can run agents in Python; says so when not. */
export function hasPython(): boolean {
  const probe = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))';
  const has = spawnSync(PYTHON, ['-c', probe]).status === 0;
  if (!has) process.stderr.write('NOT RUN: scenarios of agents in Python; there is no Python ≥ 3.10.\n');
  return has;
}

/** The worker of agents in Python beside a stack. */
export interface PythonWorker {
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<number | null>;
  log(): Promise<string>;
}

/** A worker of the stack's queue; its environments are those of the checkout, which are made once. */
export async function pythonWorker(
  stack: Stack,
  more: Readonly<Record<string, string>> = {},
): Promise<PythonWorker> {
  const port = await freePort();
  let child: SupervisedProcess | null = null;
  const env = {
    ...process.env,
    DATABASE_URL: stack.databaseUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    BATON_TASK_QUEUE: stack.taskQueue,
    BATON_STATE_DIR: join(root, '.baton'),
    BATON_AGENTS_DIR: PYTHON_AGENTS,
    BATON_PYTHON_METRICS_PORT: String(port),
    ...more,
  };
  return {
    async start() {
      const started = await startProcess({
        name: 'The e2e Python worker',
        command: PYTHON,
        args: [join(root, 'apps', 'python-worker', 'start.py')],
        env,
        cwd: root,
        logFile: join(root, '.baton', 'e2e', `python-${port}.log`),
        graceMs: 60_000,
      });
      child = started;
      const died = started.ended.then(async () => {
        throw new Error(`The Python worker ended before it was ready:\n${await started.logTail(40)}`);
      });
      died.catch(() => undefined);
      const look = async (): Promise<string | null> => {
        const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
          signal: AbortSignal.timeout(5_000),
        });
        return response.ok ? null : response.text();
      };
      const ready = waitUntil({ what: 'the Python worker', look, everyMs: 100, timeoutMs: PATIENCE_MS });
      await Promise.race([ready, died]);
    },
    async kill() {
      child?.kill();
      await child?.ended;
    },
    async stop() {
      await child?.stop();
      return (await child?.ended)?.code ?? null;
    },
    log: async () => (await child?.logTail(2_000)) ?? '',
  };
}
