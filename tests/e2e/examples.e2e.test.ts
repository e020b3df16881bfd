import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  startDifyCounterpart,
  startFlowiseCounterpart,
  startLanggraphCounterpart,
  startN8nCounterpart,
  startStubModel,
  type LoopbackCounterpart,
  type StubModel,
} from '@baton/agents/stand-ins';
import { isObject, own, parseJson, type Json, type JsonObject } from '@baton/core';
import { freePort, startProcess, type SupervisedProcess } from '@baton/stand';
import { eventually, textOf } from './http.ts';
import { ROOT } from './markdown.ts';
import { createScenario, type Scenario } from './scenario.ts';
import { startStack, type Stack } from './stack.ts';
import { verifies } from './verifies.ts';

/*
 * The examples as they stand, but for where the vendors are: in their places answer the stand-ins.
 */

const FOLDERS = ['dify', 'flowise', 'framework', 'langgraph', 'n8n', 'openai', 'triage'];

let stack: Stack;
let scenario: Scenario;
let model: StubModel;
const stopping: (() => unknown)[] = [];

beforeAll(async () => {
  stack = await startStack({ env: { BATON_SECRET_DIFY_KEY: 'app-key', BATON_SECRET_FLOWISE_KEY: 'key-1' } });
  scenario = createScenario(stack.apiUrl);
  model = await startStubModel();
  const pricePort = await freePort();
  const prices = await startPriceList(pricePort);
  stopping.push(
    () => model.stop(),
    () => prices.stop(),
  );
  const customer = { name: 'Ada', plan: 'gold' };
  const places: Readonly<Record<string, JsonObject>> = {
    'reply-writer': placeOf(await startDifyCounterpart({ app: 'chat' })),
    handbook: placeOf(await startFlowiseCounterpart()),
    diagnosis: placeOf(await startLanggraphCounterpart(), 'pause'),
    'customer-lookup': placeOf(await startN8nCounterpart({ answer: customer })),
    'price-list': { endpoint: `http://127.0.0.1:${pricePort}/price` },
    'shop-assistant': { endpoint: model.url },
    'ticket-classifier': { endpoint: model.url },
  };
  for (const file of await filesOf('.agent.json')) await register(file, places);
});
afterAll(async () => {
  for (const stop of stopping) await stop();
  await stack.stop();
});

async function startPriceList(port: number): Promise<SupervisedProcess> {
  const prices = await startProcess({
    name: 'The price list',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(ROOT, 'examples', 'openai', 'price-list.ts')],
    env: { PRICE_LIST_PORT: String(port) },
    cwd: ROOT,
    logFile: join(tmpdir(), `price-list-${port}.log`),
  });
  await eventually(
    () => fetch(`http://127.0.0.1:${port}/price`, { method: 'POST', body: '{}' }).catch(() => null),
    (response) => response?.ok === true,
  );
  return prices;
}

/** What of an example's config says where the vendor is. */
const PLACES = ['endpoint', 'webhookUrl', 'chatflow', 'assistant'];

function placeOf(vendor: LoopbackCounterpart, kind: 'ok' | 'pause' = 'ok'): JsonObject {
  stopping.push(() => vendor.stop());
  const config = vendor.configFor({ kind });
  const places = PLACES.flatMap((name) => {
    const place = isObject(config) ? own(config, name) : undefined;
    return place === undefined ? [] : [[name, place] as const];
  });
  return Object.fromEntries(places);
}

async function filesOf(ending: string, folders = FOLDERS): Promise<readonly string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(ROOT, 'examples', folder));
      return names
        .filter((name) => name.endsWith(ending))
        .map((name) => join(ROOT, 'examples', folder, name));
    }),
  );
  return found.flat();
}

async function register(file: string, places: Readonly<Record<string, JsonObject>>): Promise<void> {
  const name = basename(file, '.agent.json');
  const registration = await readJson(file);
  const config = own(registration, 'config') ?? {};
  const answer = await scenario.call(`PUT /v1/agents/${name}/versions/1.0.0`, {
    json: { ...registration, config: { ...(isObject(config) ? config : {}), ...places[name] } },
  });
  if (answer.status !== 201) throw new Error(`${file}: ${JSON.stringify(answer.body)}`);
}

async function readJson(file: string): Promise<JsonObject> {
  const value: Json = parseJson(await readFile(file, 'utf8'));
  if (!isObject(value)) throw new Error(`${file} holds no object.`);
  return value;
}

/** Publishes the workflow of a folder and starts it with the folder's input. */
async function start(folder: string, more: JsonObject = {}): Promise<string> {
  const [file = ''] = await filesOf('.yaml', [folder]);
  const name = basename(file, '.yaml');
  const source = await readFile(file, 'utf8');
  const published = await scenario.call(`PUT /v1/workflows/${name}/versions/1.0.0`, {
    raw: source,
    headers: { 'content-type': 'application/yaml' },
  });
  expect([201, 200]).toContain(published.status);
  const input = await readJson(join(ROOT, 'examples', folder, 'input.json'));
  return (await scenario.start(name, { ...input, ...more })).text('id');
}

async function approve(run: string, as: string): Promise<JsonObject> {
  const { id, etag, task } = await scenario.humanTask(run, as);
  const decided = await scenario.decide(id, { action: 'approve' }, { as, etag });
  expect(decided.status).toBe(200);
  return task;
}

describe('the example of', () => {
  it.each([
    ['dify', { reply: 'Tea is ready.', conversation: expect.any(String) }],
    ['flowise', { answer: 'The tea is ready.' }],
    ['n8n', { customer: { name: 'Ada', plan: 'gold' } }],
  ])('%s runs', async (folder, output) => {
    verifies('AGENT-6', '');
    expect(await scenario.ended(await start(folder))).toMatchObject({ status: 'completed', output });
  });

  it(verifies('AGENT-9', 'openai looks prices up with its tool'), async () => {
    model.play({
      calls: ['green tea', 'pot'].map((item) => ({ name: 'price', arguments: { item } })),
    });
    const run = await start('openai');
    expect(await scenario.ended(run)).toMatchObject({
      status: 'completed',
      output: { answer: expect.stringContaining('"dollars":4.5') },
    });
    expect((await scenario.steps(run)).filter(({ kind }) => kind === 'tool')).toHaveLength(2);
  });

  it(verifies('AGENT-7', 'langgraph asks an operator'), async () => {
    const run = await start('langgraph');
    await approve(run, 'olga:operator');
    expect(await scenario.ended(run)).toMatchObject({
      status: 'completed',
      output: { diagnosis: 'Tea is ready.' },
    });
  });
});

describe('the example of a framework', () => {
  it(verifies('FRAMEWORK-1', 'asks support before it refunds much, and not about little'), async () => {
    const run = await start('framework');
    await approve(run, 'sam:support');
    const letter = 'We have refunded 180 dollars for A-1007.';
    expect(await scenario.ended(run)).toMatchObject({ output: { refunded: true, letter } });
    const small = await start('framework', { amount: 5 });
    expect(await scenario.ended(small)).toMatchObject({ output: { refunded: true } });
  });
});

describe('the triage of tickets', () => {
  const classify = (category: string): void =>
    model.play({ say: JSON.stringify({ category, urgent: true }) });

  it(verifies('AGENT-6', 'goes through four families and two people'), async () => {
    classify('technical');
    const run = await start('triage');
    await approve(run, 'olga:operator');
    const review = await approve(run, 'sam:support');
    expect(review).toMatchObject({
      title: 'Reply to ada@example.com: The kettle stays cold',
      context: { class: { category: 'technical' }, customer: { name: 'Ada' }, knowledge: 'Tea is ready.' },
    });
    const ended = await scenario.ended(run);
    expect(ended).toMatchObject({
      status: 'completed',
      output: { sent: true, category: 'technical', reply: 'Tea is ready.' },
    });
    const { usage } = ended;
    const agents = isObject(usage ?? null) && isObject(usage) ? own(usage, 'byAgent') : null;
    expect(Object.keys(isObject(agents ?? null) && isObject(agents) ? agents : {}).toSorted()).toEqual([
      'customer-lookup',
      'diagnosis',
      'reply-writer',
      'ticket-classifier',
    ]);
  });

  it(
    verifies('AGENT-6', 'asks the handbook about what is not technical, and sends nothing that is refused'),
    async () => {
      classify('order');
      const run = await start('triage', { subject: 'My order', text: 'Where is it?' });
      const { id, etag } = await scenario.humanTask(run, 'sam:support');
      await scenario.decide(id, { action: 'reject', comment: 'Too vague.' }, { as: 'sam:support', etag });
      expect(await scenario.ended(run)).toMatchObject({
        status: 'completed',
        output: { sent: false, reason: 'Too vague.' },
      });
      const kinds = (await scenario.events(run)).flatMap((event) =>
        event['type'] === 'agent.usage' ? [textOf(event, 'agent')] : [],
      );
      expect(kinds).toContain('handbook');
    },
  );
});
