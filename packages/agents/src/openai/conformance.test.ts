import type { Json, JsonObject } from '@baton/core';
import { describeAdapter, type ConformanceParams } from '../conformance.ts';
import { createOpenaiAdapter } from './adapter.ts';
import type { OpenaiConfig } from './config.ts';
import { ANSWER, startOpenaiCounterpart } from './openai-counterpart.ts';

const text = 'é "quoted" \u{1f600} ${ .not } $secrets\n{"a": [1]}';

const invalid: { config: Json; pointers: string[] } = {
  config: {
    endpoint: 'https://api.example/v1/chat/completions',
    model: '',
    apiKey: 'Key $secrets.openai',
    api: 'assistants',
    system: 7,
    stream: 'yes',
    parameters: { temperature: 0, model: 'other', tools: [] },
    output: { schema: { type: 'objekt' }, strict: 1 },
    tools: 'none',
  },
  pointers: [
    '/endpoint',
    '/model',
    '/apiKey',
    '/api',
    '/system',
    '/stream',
    '/parameters/model',
    '/parameters/tools',
    '/output/schema/type',
    '/output/strict',
    '/tools',
  ],
};

const suite = (name: string, more: JsonObject): ConformanceParams<OpenaiConfig> => ({
  name,
  adapter: createOpenaiAdapter(),
  counterpart: () => startOpenaiCounterpart(more),
  input: { messages: [{ role: 'user', content: 'Is the tea ready?' }] },
  answer: ANSWER,
  usage: { inputTokens: 12, outputTokens: 5, cachedTokens: 4, costUsd: 0, calls: 1, toolCalls: 0 },
  echo: { input: text, output: text },
  streamed: ANSWER,
  lostEnd: more['api'] === 'responses' ? 'looked-up' : 'fails',
  invalid,
});

/** Without streams there is nothing to test about them. */
const whole = (params: ConformanceParams<OpenaiConfig>): ConformanceParams<OpenaiConfig> => ({
  ...params,
  adapter: { ...params.adapter, capabilities: { ...params.adapter.capabilities, streaming: false } },
});

describeAdapter(suite('openai (chat, streamed)', {}));
describeAdapter(suite('openai (responses, streamed)', { api: 'responses' }));
describeAdapter(whole(suite('openai (chat, whole)', { stream: false })));
describeAdapter(whole(suite('openai (responses, whole)', { api: 'responses', stream: false })));
