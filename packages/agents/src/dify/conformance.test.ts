import { describeAdapter, type ConformanceParams } from '../conformance.ts';
import { createDifyAdapter } from './adapter.ts';
import type { DifyConfig } from './config.ts';
import { OUTPUTS, PIECES, startDifyCounterpart } from './dify-counterpart.ts';

const common: Omit<ConformanceParams<DifyConfig>, 'name' | 'counterpart' | 'input' | 'answer'> = {
  adapter: createDifyAdapter(),
  usage: { inputTokens: 12, outputTokens: 5, costUsd: 0.012, calls: 1, toolCalls: 0 },
  streamed: PIECES.join(''),
  approval: { form: { note: 'fine' } },
  invalid: {
    config: {
      endpoint: 'https://dify.example/api',
      app: 'agent',
      apiKey: '',
      user: 'Bearer $secrets.x',
      more: 1,
    },
    pointers: ['/endpoint', '/app', '/apiKey', '/user', '/more'],
  },
};

describeAdapter({
  ...common,
  name: 'dify, a chat',
  counterpart: () => startDifyCounterpart({ app: 'chat' }),
  input: { query: 'tea?', inputs: {} },
  answer: PIECES.join(''),
  echo: {
    input: { query: 'é "quoted" \u{1f600} ${ .not } $secrets' },
    output: 'é "quoted" \u{1f600} ${ .not } $secrets',
  },
  lostEnd: 'fails',
});

describeAdapter({
  ...common,
  name: 'dify, a workflow',
  counterpart: () => startDifyCounterpart({ app: 'workflow' }),
  input: { inputs: { topic: 'tea' } },
  answer: OUTPUTS,
  echo: {
    input: { inputs: { text: 'é "quoted" \u{1f600} ${ .not } $secrets', list: [1, -0.5, null, true, {}] } },
    output: { text: 'é "quoted" \u{1f600} ${ .not } $secrets', list: [1, -0.5, null, true, {}] },
  },
  lostEnd: 'looked-up',
});
