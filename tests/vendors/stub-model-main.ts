import { startStubModel } from '@baton/agents/stand-ins';

/*
 * Starts the stub model for tests in other languages, and for people: `node tests/vendors/stub-model-main.ts [port]`.
 * Its base URL is the first line it writes; it stops at SIGTERM, and when its standard input ends.
 */

const model = await startStubModel({ port: Number(process.argv[2] ?? 0) });
process.stdout.write(`${model.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void model.stop());
if (!process.stdin.isTTY) process.stdin.once('end', () => void model.stop()).resume();
