import { describeAdapter } from '../conformance.ts';
import { createHttpAdapter } from './adapter.ts';
import { SAID, startHttpStreamCounterpart } from './http-stream-counterpart.ts';

describeAdapter({
  name: 'http, streaming',
  adapter: createHttpAdapter(),
  counterpart: startHttpStreamCounterpart,
  input: { topic: 'tea' },
  answer: SAID,
  streamed: SAID,
  usage: { inputTokens: 0, outputTokens: 5, costUsd: 0, calls: 1, toolCalls: 0 },
  invalid: {
    config: {
      endpoint: 'https://agent.example/',
      stream: {
        format: 'xml',
        data: 'yaml',
        chunk: '.delta',
        doneWhen: 'never',
        failedWhen: '${ ] }',
        way: 1,
      },
    },
    pointers: [
      '/stream/format',
      '/stream/data',
      '/stream/chunk',
      '/stream/doneWhen',
      '/stream/failedWhen',
      '/stream/way',
    ],
  },
});
