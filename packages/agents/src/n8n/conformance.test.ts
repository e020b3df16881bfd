import { describeAdapter } from '../conformance.ts';
import { createN8nAdapter } from './adapter.ts';
import { PIECES, startN8nCounterpart } from './n8n-counterpart.ts';

describeAdapter({
  name: 'n8n',
  adapter: createN8nAdapter(),
  // A stream brings no id of its execution: there is nothing to stop but the connection.
  counterpart: async () => {
    const { stops: _, ...counterpart } = await startN8nCounterpart();
    return counterpart;
  },
  input: { chatInput: 'tea?' },
  answer: PIECES.join(''),
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 1, toolCalls: 0 },
  echo: {
    input: { chatInput: 'é "quoted" \u{1f600} ${ .not } $secrets' },
    output: 'é "quoted" \u{1f600} ${ .not } $secrets',
  },
  streamed: PIECES.join(''),
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
});
