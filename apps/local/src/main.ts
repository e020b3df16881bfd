import { fileURLToPath } from 'node:url';
import { createTerminal } from './terminal.ts';
import { parseOnly, verify } from './verify.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [command, ...args] = process.argv.slice(2);
const terminal = createTerminal(process.stdout, process.stdout.isTTY);

async function runTests(): Promise<number> {
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

async function main(): Promise<number> {
  switch (command) {
    case 'test':
      return runTests();
    default:
      throw new Error(`There is no command ${String(command)}.`);
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
