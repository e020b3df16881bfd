import type { JsonObject } from '@baton/core';
import { describeAdapter, type ConformanceParams } from '../conformance.ts';
import { createFlowiseAdapter } from './adapter.ts';
import type { FlowiseConfig } from './config.ts';
import { ANSWER, startFlowiseCounterpart } from './flowise-counterpart.ts';

const text = 'é "quoted" \u{1f600} ${ .not } $secrets\n{"a": [1]}';

const suite = (name: string, more: JsonObject): ConformanceParams<FlowiseConfig> => ({
  name,
  adapter: createFlowiseAdapter(),
  counterpart: () => startFlowiseCounterpart(more),
  input: { question: 'Is the tea ready?' },
  answer: ANSWER,
  usage: { inputTokens: 12, outputTokens: 5, cachedTokens: 4, costUsd: 0.25, calls: 1, toolCalls: 0 },
  echo: { input: text, output: text },
  streamed: ANSWER,
  lostEnd: 'fails',
  invalid: {
    config: {
      endpoint: 'https://flowise.example/api/v1/prediction',
      chatflow: 'a/b',
      apiKey: '${ $secrets.flowise }',
      overrideConfig: { sessionId: 's-1', vars: {} },
      stream: 1,
      tools: [],
    },
    pointers: ['/endpoint', '/chatflow', '/apiKey', '/overrideConfig/sessionId', '/stream', '/tools'],
  },
});

const plain = suite('flowise (whole)', { stream: false });

describeAdapter(suite('flowise (streamed)', {}));
// Without streams there is nothing to test about them.
describeAdapter({
  ...plain,
  adapter: { ...plain.adapter, capabilities: { ...plain.adapter.capabilities, streaming: false } },
});
