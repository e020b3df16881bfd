import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { analyseText } from './analyse-text.ts';
import { makePage } from './make-page.ts';

/** Parameters of {@link startArticleAgents}. */
export interface ArticleAgentsParams {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** Where pages are written. */
  readonly outputDir: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const LARGEST_BODY = 1024 * 1024;

/**
 * Starts two agents as plain HTTP endpoints: `POST /analyse` reads a text, `POST /pages` writes a page. The page maker
 * shows what "cooperating" means: an Idempotency-Key that it has seen gets the same answer, and no second page.
 */
export async function startArticleAgents({ port, outputDir }: ArticleAgentsParams): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, outputDir)
      .catch((error: unknown): Answer => ({ status: 500, body: { error: String(error) } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function answer(request: IncomingMessage, outputDir: string): Promise<Answer> {
  if (request.method !== 'POST') return { status: 200, body: { agents: ['/analyse', '/pages'] } };
  const body = await readBody(request);
  if (body === null)
    return { status: 400, body: { error: 'The body must be a JSON object of at most 1 MiB.' } };
  const text = body['text'];
  if (typeof text !== 'string') return { status: 422, body: { error: 'The body needs a "text".' } };
  if (request.url === '/analyse') return { status: 200, body: { result: analyseText(text) } };
  if (request.url === '/pages')
    return { status: 200, body: await writePage(request, { body, text, outputDir }) };
  return { status: 404, body: { error: `There is no agent at ${request.url ?? '/'}.` } };
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
  });
  await once(request, 'end');
  if (size > LARGEST_BODY) return null;
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    // Whatever is not JSON is refused with one sentence.
    return null;
  }
}

async function writePage(
  request: IncomingMessage,
  page: { body: Readonly<Record<string, unknown>>; text: string; outputDir: string },
): Promise<unknown> {
  const { body, text, outputDir } = page;
  const key = String(request.headers['idempotency-key'] ?? '').replace(/[^\w-]/g, '');
  const title = typeof body['title'] === 'string' ? body['title'] : 'Untitled';
  const slug =
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'page';
  const file = join(outputDir, `${slug}-${key.slice(0, 12) || 'once'}.html`);
  const known = await readFile(file, 'utf8').catch(() => null);
  const keywords = Array.isArray(body['keywords']) ? body['keywords'].map(String) : [];
  const summary = typeof body['summary'] === 'string' ? body['summary'] : '';
  const html = known ?? makePage({ title, text, summary, keywords });
  if (known === null) {
    await mkdir(outputDir, { recursive: true });
    await writeFile(file, html);
  }
  return { page: file, bytes: Buffer.byteLength(html), repeated: known !== null };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const port = Number(process.env['ARTICLE_AGENTS_PORT'] ?? 4310);
  await startArticleAgents({ port, outputDir: process.env['ARTICLE_AGENTS_DIR'] ?? 'published' });
  process.stdout.write(`Article agents on http://127.0.0.1:${port}\n`);
}
