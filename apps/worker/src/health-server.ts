import { createServer, type Server } from 'node:http';

/** What the worker's own small server tells. */
export interface HealthServerParams {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** Null when ready, else what is missing. */
  readonly missing: () => Promise<string | null>;
  readonly metrics: () => Promise<string>;
}

/** Serves /healthz, /readyz and /metrics. */
export async function startHealthServer(params: HealthServerParams): Promise<Server> {
  const server = createServer((request, response) => {
    const say = ({ status, body }: Answer): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
    };
    void answer(params, request.url ?? '/').then(say, () => {
      say({ status: 500, body: 'failed\n' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(params.port, '127.0.0.1', resolve);
  });
  return server;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function answer(params: HealthServerParams, url: string): Promise<Answer> {
  const path = url.split('?')[0];
  if (path === '/healthz') return { status: 200, body: 'ok\n' };
  if (path === '/metrics') return { status: 200, body: await params.metrics() };
  if (path !== '/readyz') return { status: 404, body: 'not found\n' };
  const missing = await params.missing();
  return missing === null ? { status: 200, body: 'ready\n' } : { status: 503, body: `${missing}\n` };
}
