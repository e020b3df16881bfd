import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import { portOf, sendJson, stopServer } from '../../loopback-counterpart.ts';
import { at, listAt, textAt } from '../../wire/fields.ts';
import { chatStreamOf, completionOf } from './chat-wire.ts';
import { embeddingsOf } from './embeddings.ts';
import { countWords, readChat, readResponses, said, type Question, type Said } from './question.ts';
import { responseOf, responseStreamOf } from './responses-wire.ts';
import { turnFor } from './rules.ts';
import { CREATED, errorBody, sendStream, type Spoken } from './spoken.ts';
import { readTurn, type Turn } from './turn.ts';

/** Parameters of {@link startStubModel}. */
export interface StubModelParams {
  /** Default: any that is free. */
  readonly port?: number;
}

/** A call as the stub model saw it. */
export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Null when there is none, or when it is no JSON. */
  readonly body: Json;
  /** Settles when the connection is done with this call: true when the caller left before it had the whole answer. */
  readonly left: Promise<boolean>;
}

/** A model that does what it is told, behind the APIs of OpenAI. */
export interface StubModel {
  /** Base URL of its API; ends in `/v1`. */
  readonly url: string;
  /** All calls of its API so far, in order. */
  requests(): readonly StubRequest[];
  /** Lays out turns: each next question gets the next one, whatever it asks; after the last the rules hold again. */
  play(...turns: readonly Turn[]): void;
  stop(): Promise<void>;
}

interface Memory {
  readonly requests: StubRequest[];
  readonly turns: Turn[];
  /** What was answered by the API of responses, and the conversation up to it. */
  readonly responses: Map<string, { readonly body: Json; readonly conversation: readonly Said[] }>;
  answers: number;
  calls: number;
}

interface StubCall {
  readonly request: StubRequest;
  readonly response: ServerResponse;
  readonly memory: Memory;
}

/**
 * Starts a local server that speaks chat completions, responses and embeddings. What it answers follows from what it is
 * asked, by the rules in the README of `tests/vendors`. `GET /stub/requests` shows its calls and `POST /stub/turns` lays
 * out turns, for tests in other processes.
 */
export async function startStubModel({ port = 0 }: StubModelParams = {}): Promise<StubModel> {
  const memory: Memory = { requests: [], turns: [], responses: new Map(), answers: 0, calls: 0 };
  const server = createServer((request, response) => {
    void answer(request, response, memory).catch((error: unknown) => {
      sendJson(response, errorBody(500, `The stub model failed: ${String(error)}`), 500);
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}/v1`,
    requests: () => memory.requests,
    play: (...turns) => void memory.turns.push(...turns),
    stop: () => stopServer(server),
  };
}

async function answer(incoming: IncomingMessage, response: ServerResponse, memory: Memory): Promise<void> {
  const { method = 'GET', headers } = incoming;
  const path = new URL(incoming.url ?? '/', 'http://stub').pathname;
  const left = new Promise<boolean>((settle) => {
    response.once('close', () => settle(!response.writableFinished));
  });
  const request = { method, path, headers, body: jsonOf(await textOf(incoming)), left };
  if (path.startsWith('/stub/')) return control({ request, response, memory });
  memory.requests.push(request);
  await route({ request, response, memory });
}

async function route(call: StubCall): Promise<void> {
  const { request, response, memory } = call;
  switch (`${request.method} ${request.path}`) {
    case 'POST /v1/chat/completions':
      return askChat(call);
    case 'POST /v1/responses':
      return askResponses(call);
    case 'POST /v1/embeddings':
      return sendJson(response, embeddingsOf(request.body));
    case 'GET /v1/models':
      return sendJson(response, { object: 'list', data: [modelOf('stub-model')] });
    default:
  }
  const id = decodeURIComponent(request.path.split('/').at(-1) ?? '');
  const known = memory.responses.get(id)?.body;
  if (/^\/v1\/models\/[^/]+$/.test(request.path)) return sendJson(response, modelOf(id));
  if (request.method === 'GET' && known !== undefined) return sendJson(response, known);
  return sendJson(response, errorBody(404, `There is no ${request.method} ${request.path}.`), 404);
}

function control({ request, response, memory }: StubCall): void {
  if (request.path === '/stub/turns') memory.turns.push(...listAt(request.body).map(readTurn));
  sendJson(
    response,
    memory.requests.map(({ method, path, body }) => ({ method, path, body })),
  );
}

function modelOf(id: string): Json {
  return { id, object: 'model', created: CREATED, owned_by: 'baton' };
}

async function askChat({ request, response, memory }: StubCall): Promise<void> {
  const { body } = request;
  const question = readChat(body);
  const turn = await perform(question, { request, response, memory });
  if (turn === undefined) return;
  const isStream = at(body, 'stream') === true;
  const told = speak(question, turn, memory);
  const hidesUsage = isStream && at(body, 'stream_options', 'include_usage') !== true;
  const spoken = hidesUsage ? { ...told, usage: undefined } : told;
  if (!isStream) return sendJson(response, completionOf(spoken));
  await sendStream(response, chatStreamOf(spoken), { ...turn, ending: turn.ending ?? 'whole' });
}

async function askResponses({ request, response, memory }: StubCall): Promise<void> {
  const { body } = request;
  const before = memory.responses.get(textAt(body, 'previous_response_id') ?? '')?.conversation ?? [];
  const question = readResponses(body, before);
  const turn = await perform(question, { request, response, memory });
  if (turn === undefined) return;
  const spoken = speak(question, turn, memory);
  const whole = responseOf(spoken);
  const answered = { ...said('assistant', spoken.text), calls: spoken.calls };
  const conversation = [...question.conversation.filter(({ role }) => role !== 'system'), answered];
  memory.responses.set(`resp_${spoken.id}`, { body: whole, conversation });
  if (at(body, 'stream') !== true) return sendJson(response, whole);
  await sendStream(response, responseStreamOf(spoken), { ...turn, ending: turn.ending ?? 'whole' });
}

/** The turn of a question after its wait; undefined when it was refused, or the caller has left. */
async function perform(
  question: Question,
  { request, response, memory }: StubCall,
): Promise<Turn | undefined> {
  if (question.conversation.length === 0) {
    sendJson(response, errorBody(400, 'There is nothing to answer: messages (or input) are empty.'), 400);
    return undefined;
  }
  const turn = memory.turns.shift() ?? turnFor(question);
  const { waitMs = 0, fail } = turn;
  if (waitMs > 0 && (await leavesWithin(waitMs, request))) return undefined;
  if (fail === undefined) return turn;
  if (fail.retryAfter !== undefined) response.setHeader('Retry-After', fail.retryAfter);
  sendJson(
    response,
    errorBody(fail.status, `The stub model was told to fail with ${fail.status}.`),
    fail.status,
  );
  return undefined;
}

async function leavesWithin(ms: number, { left }: StubRequest): Promise<boolean> {
  const over = new AbortController();
  const waited = wait(ms, false, { signal: over.signal }).catch(() => true);
  const hasLeft = await Promise.race([waited, left]);
  over.abort();
  return hasLeft;
}

function speak(question: Question, turn: Turn, memory: Memory): Spoken {
  memory.answers += 1;
  const calls = (turn.calls ?? []).map((call) => {
    memory.calls += 1;
    return { ...call, id: `call_${memory.calls}` };
  });
  const thinking = turn.think ?? '';
  const say = turn.say ?? '';
  const text = cut(say, question.mostTokens);
  const written = calls.map((call) => JSON.stringify(call.arguments));
  const input = question.conversation.reduce((sum, { text: one }) => sum + countWords(one), 0);
  return {
    id: String(memory.answers),
    model: question.model,
    text,
    thinking,
    calls,
    isCut: text !== say,
    usage: { input, cached: 0, output: countWords([thinking, text, ...written].join(' ')) },
  };
}

/** The first words of a text, with what stands between them. */
function cut(text: string, mostWords: number | undefined): string {
  if (mostWords === undefined || countWords(text) <= mostWords) return text;
  return new RegExp(`^(?:\\s*\\S+){${Math.floor(mostWords)}}`).exec(text)?.[0] ?? '';
}

function jsonOf(text: string): Json {
  try {
    return parseJsonBounded(text, { maxDepth: 200 });
  } catch {
    return null;
  }
}
