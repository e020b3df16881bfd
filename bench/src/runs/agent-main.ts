import { createServer, type IncomingMessage } from 'node:http';

/*
 * The agent that every contender calls, as a process of its own: it adds one, and keeps a ledger of the calls. It refuses a call without the headers
 * that Baton sends, so that whoever is compared sends them too.
 */

const keys = new Set<string>();
let calls = 0;

const server = createServer((request, response) => {
  void answer(request).then(({ status, body }) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));

interface AgentAnswer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(request: IncomingMessage): Promise<AgentAnswer> {
  if (request.url === '/ledger') return { status: 200, body: { calls, keys: keys.size } };
  const missing = missingHeader(request.headers);
  if (missing !== null) return { status: 400, body: `The header ${missing} is missing.` };
  const body: unknown = JSON.parse(await textOf(request));
  calls += 1;
  keys.add(String(request.headers['idempotency-key']));
  const n = typeof body === 'object' && body !== null && 'n' in body ? Number(body.n) : Number.NaN;
  return { status: 200, body: { n: n + 1 } };
}

function missingHeader(headers: IncomingMessage['headers']): string | null {
  const wanted = ['accept', 'content-type', 'idempotency-key', 'baton-run-id'];
  return wanted.find((name) => (headers[name] ?? '') === '') ?? null;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => request.once('end', resolve));
  return Buffer.concat(chunks).toString('utf8');
}
