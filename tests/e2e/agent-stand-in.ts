import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { listenOnLoopback } from './loopback.ts';

/** A call that reached the agent. */
export interface ReceivedCall {
  readonly path: string;
  readonly method: string;
  readonly key: string;
  readonly runId: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** How the agent answers a call; `hang` never does. */
export type AgentAnswer =
  | { readonly status?: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly hang: true };

/**
 * An HTTP agent that a test makes up: it keeps a ledger of its own of what reached it, and cooperates: a call with an
 * Idempotency-Key that it has answered with success gets the same answer and has no second effect.
 */
export interface AgentStandIn {
  readonly url: string;
  /** Every call, repeated ones too. */
  readonly calls: readonly ReceivedCall[];
  /** Calls that had an effect: one for each key. */
  readonly effects: readonly ReceivedCall[];
  callsTo(path: string): readonly ReceivedCall[];
  stop(): Promise<void>;
}

/**
 * Starts the agent; `respond` sees each call and how many came before it to the same path. One that does not cooperate
 * heeds no Idempotency-Key: it answers every call anew.
 */
export async function startAgent(
  respond: (call: ReceivedCall, earlier: number) => AgentAnswer | Promise<AgentAnswer> = (call) => ({
    body: call.body,
  }),
  { cooperates = true }: { readonly cooperates?: boolean } = {},
): Promise<AgentStandIn> {
  const calls: ReceivedCall[] = [];
  const answered = new Map<string, Promise<AgentAnswer>>();
  const effects: ReceivedCall[] = [];
  const server: Server = createServer((request, response) => {
    void read(request).then(async (call) => {
      const earlier = calls.filter(({ path }) => path === call.path).length;
      calls.push(call);
      const known = call.key === '' || !cooperates ? undefined : answered.get(call.key);
      const answering = known ?? Promise.resolve(respond(call, earlier));
      if (known === undefined) answered.set(call.key, answering);
      const answer = await answering;
      if ('hang' in answer) return;
      const status = answer.status ?? 200;
      if (status > 299) answered.delete(call.key);
      else if (known === undefined) effects.push(call);
      response.writeHead(status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
    });
  });
  return {
    ...(await listenOnLoopback(server)),
    calls,
    effects,
    callsTo: (path) => calls.filter((call) => call.path === path),
  };
}

async function read(request: IncomingMessage): Promise<ReceivedCall> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(request, 'end');
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    path: new URL(request.url ?? '/', 'http://agent').pathname,
    method: request.method ?? '',
    key: String(request.headers['idempotency-key'] ?? ''),
    runId: String(request.headers['baton-run-id'] ?? ''),
    headers: request.headers,
    body: text === '' ? null : JSON.parse(text),
  };
}
