/**
 * Runs a program and runs it anew whenever a source file of the checkout changes: `npm run dev` starts worker and API
 * through it. Node's own `--watch` cannot be used: its messages reach the worker threads of Temporal's SDK, which take
 * them for their own and fail. A program that ends by itself is started again at the next change.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';

/** Saving several files, or an editor that writes in steps, is one change. */
const QUIET_MS = 300;

const WATCHED = ['apps', 'packages', 'temporal'];

const [program = '', ...args] = process.argv.slice(2);
let child: ChildProcess | null = null;
let leaving = false;
let timer: NodeJS.Timeout | undefined;

function start(): void {
  const started = spawn(process.execPath, [...process.execArgv, program, ...args], { stdio: 'inherit' });
  child = started;
  started.once('exit', (code) => {
    if (leaving) process.exit(0);
    if (child !== started) return;
    child = null;
    console.log(`It ended with ${code}; the next change starts it again.`);
  });
}

function restart(): void {
  const old = child;
  if (old === null) return start();
  child = null;
  old.once('exit', () => {
    if (!leaving) start();
  });
  old.kill('SIGTERM');
}

function onChange(_event: string, file: string | null): void {
  if (leaving || file === null || !/\.(ts|prisma|yaml)$/.test(file) || /node_modules|\.test\.ts$/.test(file))
    return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    console.log(`${file} has changed.`);
    restart();
  }, QUIET_MS);
}

for (const folder of WATCHED) watch(folder, { recursive: true }, onChange);
process.on('SIGTERM', () => {
  leaving = true;
  clearTimeout(timer);
  if (child === null) process.exit(0);
  child.kill('SIGTERM');
});
start();
