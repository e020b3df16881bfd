import { describeAdapter, type ConformanceParams } from '../conformance.ts';
import { createN8nAdapter } from './adapter.ts';
import type { N8nConfig } from './config.ts';
import { PIECES, startN8nCounterpart } from './n8n-counterpart.ts';

const text = PIECES.join('');
const chatInput = 'é "quoted" \u{1f600} ${ .not } $secrets';
const adapter = createN8nAdapter({ pollMs: 1 });

const params: ConformanceParams<N8nConfig> = {
  name: 'n8n (streamed)',
  // A workflow that streams cannot wait.
  adapter: { ...adapter, capabilities: { ...adapter.capabilities, pauses: false } },
  // A stream brings no id of its execution: there is nothing to stop but the connection.
  counterpart: async () => {
    const { stops: _, ...counterpart } = await startN8nCounterpart();
    return counterpart;
  },
  input: { chatInput: 'tea?' },
  answer: text,
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 1, toolCalls: 0 },
  echo: { input: { chatInput }, output: chatInput },
  streamed: text,
  lostEnd: 'fails',
  invalid: {
    config: {
      webhookUrl: 'n8n.example/webhook/x',
      method: 'GET',
      authentication: { basic: { username: 'a', password: 'b' }, bearer: { token: 'c' } },
      respond: 'later',
      api: { endpoint: 'https://n8n.example', apiKey: '' },
      chat: true,
    },
    pointers: [
      '/webhookUrl',
      '/method',
      '/authentication',
      '/respond',
      '/api/endpoint',
      '/api/apiKey',
      '/chat',
    ],
  },
};

const { streamed: _, ...whole } = params;

describeAdapter(params);
describeAdapter({
  ...whole,
  name: 'n8n (looked up)',
  adapter,
  counterpart: () => startN8nCounterpart({ config: { respond: 'onReceived' } }),
  answer: { output: text },
  echo: { input: { chatInput }, output: { chatInput } },
});
