import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStubModel } from '@baton/agents/stand-ins';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const app = join(root, 'apps', 'python-worker');

/** The first time, packages are downloaded. */
const PATIENCE_MS = 900_000;

let model: Awaited<ReturnType<typeof startStubModel>>;
beforeAll(async () => {
  model = await startStubModel();
});
afterAll(() => model.stop());

/** Runs the tests of one framework in Python, against the stub model; the exit code and all that was said. */
function runTests(framework: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const pattern = `test_${framework}.py`;
  const args = [
    join(app, 'start.py'),
    '-m',
    'unittest',
    'discover',
    '-s',
    join(app, 'vendors'),
    '-p',
    pattern,
  ];
  const child = spawn(process.env['BATON_PYTHON'] ?? 'python3', args, {
    cwd: root,
    env: { ...process.env, BATON_STUB_MODEL_URL: model.url, BATON_STATE_DIR: join(root, '.baton') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

describe('a real framework in Python', () => {
  it.each(['agno', 'crewai', 'langchain', 'langgraph', 'llamaindex'])(
    '%s answers, calls tools, pauses, goes on and fails as every agent',
    async (framework) => {
      const { code, output } = await runTests(framework);
      expect(output).toMatch(/Ran [1-9]\d* tests? in .*\n\nOK/);
      expect(code).toBe(0);
    },
    PATIENCE_MS,
  );
});
