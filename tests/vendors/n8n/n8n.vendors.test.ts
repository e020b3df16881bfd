import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeAdapter, type Behaviour, type ConformanceParams } from '@baton/agents/conformance';
import { startGate, startStubModel, type GateParams, type StubModel } from '@baton/agents/stand-ins';
import { isObject, type JsonObject } from '@baton/core';
import { waitUntil } from '@baton/stand';
import { adapterOf, createAsking } from '../ask.ts';
import { modelCredential, startN8n, type N8nServer } from './n8n-server.ts';
import {
  agentWorkflow,
  answerWorkflow,
  askingWorkflow,
  chatWorkflow,
  echoWorkflow,
  failingWorkflow,
  slowWorkflow,
} from './workflows.ts';

const ANSWER = 'The tea is ready.';
const chatInput = 'é "quoted" \u{1f600} ${ .not } $secrets';
const adapter = adapterOf('n8n');
const asking = createAsking(adapter);

let model: StubModel;
let server: N8nServer;

beforeAll(async () => {
  model = await startStubModel();
  server = await startN8n();
  const credential = await modelCredential(server, model.url);
  const drafts = [
    agentWorkflow('streaming', credential),
    agentWorkflow('lastNode', credential),
    agentWorkflow('onReceived', credential),
    chatWorkflow(credential),
    echoWorkflow('lastNode'),
    echoWorkflow('onReceived'),
    slowWorkflow('lastNode'),
    slowWorkflow('onReceived'),
    answerWorkflow(),
    failingWorkflow(),
    askingWorkflow({ output: ANSWER }),
  ];
  for (const draft of drafts) await server.publish(draft);
  // The first call loads the model's client.
  const first = { told: 'say hello' };
  await asking.ask({ config: config('agent-lastNode', 'lastNode'), input: first });
}, 360_000);
afterAll(async () => {
  await asking.stop();
  await server.stop();
  await model.stop();
});

/** The config of a workflow without a gate in front of it. */
const config = (path: string, respond: string): JsonObject => ({
  webhookUrl: `${server.origin}/webhook/${path}`,
  respond,
  api: { endpoint: `${server.origin}/api/v1`, apiKey: server.apiKey },
});

/** The path of the workflow that behaves so; `mode` is how its webhook answers. */
function pathFor(behaviour: Behaviour, mode: 'streaming' | 'onReceived'): string {
  const told = (text: string): string =>
    `/webhook/agent-${mode}?${new URLSearchParams({ told: text }).toString()}`;
  switch (behaviour.kind) {
    case 'echo':
      return mode === 'streaming' ? '/webhook/agent-streaming' : '/webhook/echo-onReceived';
    case 'slow':
      return '/webhook/slow-lastNode';
    case 'slow-stream':
      return told(`pace 3000\nsay ${ANSWER}`);
    case 'pause':
      return '/webhook/asking';
    case 'status':
    case 'malformed':
    case 'huge':
    case 'web-page':
      return `/webhook/answer?${answerQuery(behaviour).toString()}`;
    default:
      return told(`say ${ANSWER}`);
  }
}

function answerQuery(behaviour: Behaviour): URLSearchParams {
  const json = { status: '200', type: 'application/json', pad: '0' };
  switch (behaviour.kind) {
    case 'status': {
      const { status, retryAfter = '0', words = '' } = behaviour;
      const pad = String(words.length);
      return new URLSearchParams({
        ...json,
        status: String(status),
        retryAfter,
        words: words.slice(0, 20),
        pad,
      });
    }
    case 'huge':
      return new URLSearchParams({ ...json, words: '"', pad: '4500000' });
    case 'web-page':
      return new URLSearchParams({ ...json, type: 'text/html', words: '<html>Please log in</html>' });
    default:
      return new URLSearchParams({ ...json, words: '{"ok": tru' });
  }
}

const gate = (mode: 'streaming' | 'onReceived'): GateParams => ({
  origin: server.origin,
  config: (baseUrl) => ({
    webhookUrl: `${baseUrl}/webhook/tea`,
    respond: mode === 'streaming' ? 'stream' : mode,
    api: { endpoint: `${baseUrl}/api/v1`, apiKey: server.apiKey },
  }),
  placeFor: (behaviour) => pathFor(behaviour, mode),
  played: ['drop', 'refused'],
  isAside: ({ path }) => path.startsWith('/api/v1/'),
  withoutEnd: (stream) => stream.replace(/\{"type":"end".*\n/, ''),
});

const params: ConformanceParams<unknown> = {
  name: 'n8n 2.41.1 (streamed)',
  adapter: { ...adapter, capabilities: { ...adapter.capabilities, pauses: false } },
  counterpart: () => startGate(gate('streaming')),
  input: { chatInput: 'tea?' },
  answer: ANSWER,
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 1, toolCalls: 0 },
  echo: { input: { chatInput }, output: chatInput },
  streamed: ANSWER,
  lostEnd: 'fails',
  patienceMs: 30_000,
  invalid: { config: { respond: 'later' }, pointers: ['/respond', '/webhookUrl'] },
};

const { streamed: _, ...whole } = params;

describeAdapter(params);
describeAdapter({
  ...whole,
  name: 'n8n 2.41.1 (looked up)',
  adapter,
  counterpart: () => startGate({ ...gate('onReceived'), isStop: ({ path }) => path.endsWith('/stop') }),
  answer: { output: ANSWER },
  echo: { input: { chatInput }, output: { chatInput } },
});

/** What n8n says of an execution. */
async function statusOf(id: string): Promise<unknown> {
  const execution = await server.api('GET', `/executions/${id}`);
  return isObject(execution) ? execution['status'] : undefined;
}

describe('a real n8n', () => {
  it('gives what the last node gave, as it is', async () => {
    const input = { chatInput, list: [1, -0.5, null, true, {}] };
    const reply = await asking.ask({ config: config('echo-lastNode', 'lastNode'), input });
    expect(reply.output).toEqual(input);
  });

  it('streams from its chat', async () => {
    const input = { action: 'sendMessage', sessionId: 's-1', chatInput: `say ${ANSWER}` };
    const reply = await asking.ask({ config: config('chat/chat', 'stream'), input });
    expect(reply.text).toBe(ANSWER);
  });

  it('tells in the stream that the model has failed', async () => {
    const failing = { config: config('agent-streaming', 'stream'), input: { told: 'fail 401' } };
    expect(await asking.failureOf(failing)).toMatchObject({
      code: 'workflow_failed',
      retryable: true,
    });
  });

  it('says why an execution failed', async () => {
    expect(await asking.failureOf({ config: config('failing', 'onReceived') })).toMatchObject({
      code: 'workflow_failed',
      detail: expect.stringContaining('no kettle'),
    });
  });

  it('stops the execution that nobody wants any more', async () => {
    const caller = new AbortController();
    let id = '';
    const failure = await asking.failureOf({
      config: config('slow-onReceived', 'onReceived'),
      context: {
        signal: caller.signal,
        heartbeat: (note) => {
          id = isObject(note) && typeof note['executionId'] === 'string' ? note['executionId'] : id;
          setTimeout(() => caller.abort(), 300);
        },
      },
    });
    expect(failure).toMatchObject({ code: 'aborted' });
    await waitUntil({
      what: 'The end of the execution',
      look: async () => ((await statusOf(id)) === 'canceled' ? null : String(await statusOf(id))),
    });
  });

  it('is not started again after a worker was lost', async () => {
    const echo = { config: config('echo-onReceived', 'onReceived') };
    const { foreignRef = '' } = await asking.ask({ ...echo, input: { n: 1 } });
    const lastHeartbeat = { executionId: foreignRef };
    const again = await asking.ask({ ...echo, input: { n: 2 }, context: { lastHeartbeat } });
    expect([again.foreignRef, again.output]).toEqual([foreignRef, { n: 1 }]);
  });

  it('goes on once, however often the answer is handed in', async () => {
    const question = { config: config('asking', 'onReceived'), input: { chatInput: 'tea' } };
    const { pause } = await asking.ask(question);
    expect(pause).toMatchObject({ title: 'Is it good?', body: expect.stringContaining('"of": "tea"') });
    expect(JSON.stringify(pause)).not.toContain('signature');
    const resume = { state: pause?.resume ?? null, answer: { outcome: 'reject', comment: 'Too cold.' } };
    const ends = await Promise.all([
      asking.ask({ ...question, resume }),
      asking.ask({ ...question, resume }),
    ]);
    const refused = { output: { refused: { outcome: 'reject', comment: 'Too cold.' } } };
    expect(ends).toMatchObject([refused, refused]);
  });
});
