import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from '@baton/sdk';
import { freePort, startProcess, type SupervisedProcess } from '@baton/stand';
import { asApp, startBaton, startStand, untilReady, type StandParams } from '../runs/stand.ts';
import type { Contender } from './contenders.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** How long the packages of a framework may take to come. */
const PACKAGES_MS = 600_000;
const DATABASE = 'bench_python';

/**
 * A run of one call to a graph in Python, whose worker and process are kept, beside a run of one call to the same graph in
 * Node; null where there is no Python, which is said.
 */
export async function startPythonGraph(params: StandParams): Promise<Contender | null> {
  const python = process.env['BATON_PYTHON'] ?? 'python3';
  const probe = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))';
  if (spawnSync(python, ['-c', probe]).status !== 0) {
    params.onProgress('There is no Python ≥ 3.10: agents in Python are left out.');
    return null;
  }
  const stand = await startStand(params);
  const baton = await startBaton(stand, DATABASE);
  const worker = await startWorker(python, {
    DATABASE_URL: asApp(baton.ownerUrl),
    TEMPORAL_ADDRESS: stand.temporal.address,
    BATON_TASK_QUEUE: DATABASE,
  });
  const client = createClient({ baseUrl: baton.apiUrl, token: 'dev:bench' });
  const stop = async (): Promise<void> => {
    await worker.stop();
    await stand.stop();
  };
  try {
    await register(client, 'in-python', {
      runtime: 'python',
      module: 'bench/src/agents/echo_graph.py',
      export: 'echo_graph',
    });
    await register(client, 'in-node', {
      runtime: 'node',
      module: 'bench/src/agents/echo-graph.ts',
      export: 'echoGraph',
    });
    params.onProgress('The first call of a graph in Python may wait for its packages …');
    await untilAnswered(client);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    adapter: 'framework, a run in Python',
    calls: 0,
    deliver: () => call(client, 'in-python'),
    bare: () => call(client, 'in-node'),
    stop,
  };
}

async function startWorker(
  python: string,
  env: Readonly<Record<string, string>>,
): Promise<SupervisedProcess> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-python-'));
  const worker = await startProcess({
    name: 'python worker',
    command: python,
    args: [join(ROOT, 'apps', 'python-worker', 'start.py')],
    env: {
      ...process.env,
      ...env,
      BATON_PYTHON_METRICS_PORT: String(port),
      BATON_STATE_DIR: join(ROOT, '.baton'),
    },
    cwd: ROOT,
    logFile: join(folder, 'worker.log'),
    graceMs: 30_000,
  });
  await untilReady(worker, `http://127.0.0.1:${port}/readyz`);
  return worker;
}

function register(client: Client, name: string, config: Readonly<Record<string, string>>): Promise<unknown> {
  return client.agents.register(
    { name, version: '1.0.0' },
    { adapter: 'framework', config: { framework: 'langgraph', ...config }, timeout: 'PT10M' },
  );
}

async function untilAnswered(client: Client): Promise<void> {
  const end = Date.now() + PACKAGES_MS;
  for (let answered = false; !answered;) {
    const run = await client.agents.invoke('in-python', { input: { echo: 'tea' } }, { waitSeconds: 60 });
    answered = run.status === 'completed';
    if (run.status === 'faulted' || Date.now() > end)
      throw new Error(`The graph in Python: ${JSON.stringify(run.error)}`);
  }
}

async function call(client: Client, agent: string): Promise<void> {
  const { output, error } = await client.agents.invoke(
    agent,
    { input: { echo: 'tea' } },
    { waitSeconds: 60 },
  );
  const said = typeof output === 'object' && output !== null && 'echo' in output ? output['echo'] : null;
  if (said !== 'You said: tea')
    throw new Error(`The graph "${agent}" said ${JSON.stringify(output ?? error)}.`);
}
