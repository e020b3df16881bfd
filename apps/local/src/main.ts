import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createTerminal } from './terminal.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [command, ...args] = process.argv.slice(2);
const terminal = createTerminal(process.stdout, process.stdout.isTTY);

async function runTests(): Promise<number> {
  const { parseOnly, verify } = await import('./verify.ts');
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  const all = await verify({
    root,
    env: process.env,
    only: parseOnly(args),
    terminal,
    signal: stopping.signal,
  });
  return stopping.signal.aborted ? 130 : Number(!all);
}

async function runStart(watch: boolean): Promise<number> {
  // Loaded only here: the tests must be able to run while the store cannot be loaded.
  const { start } = await import('./start.ts');
  return start({ root, env: process.env, args, watch, terminal });
}

function runProgram(program: string, env = process.env): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 130));
  });
}

async function runRebuild(): Promise<number> {
  const { rebuildEnvironment } = await import('./rebuild.ts');
  const env = await rebuildEnvironment({ root, env: process.env });
  return runProgram('apps/worker/src/rebuild-main.ts', { ...process.env, ...env });
}

async function main(): Promise<number> {
  switch (command) {
    case 'start':
    case 'dev':
      return runStart(command === 'dev');
    case 'test':
      return runTests();
    case 'bench':
      return runProgram('bench/src/main.ts');
    case 'rebuild':
      return runRebuild();
    case 'baton':
      return runProgram('apps/cli/src/main.ts');
    default:
      throw new Error(`There is no command ${String(command)}.`);
  }
}

main().then(
  // Everything has been stopped; an idle connection's timer is no reason to keep a person waiting.
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    // Whoever reads the last line of a test run finds one, also when it did not come to a test.
    if (command === 'test') terminal.line('0 passed, 1 failed');
    process.exit(1);
  },
);
