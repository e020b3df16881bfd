import { describeAdapter } from '../conformance.ts';
import { createHttpAdapter } from './adapter.ts';
import { ANSWER, startHttpCounterpart } from './http-counterpart.ts';

describeAdapter({
  name: 'http',
  adapter: createHttpAdapter(),
  counterpart: startHttpCounterpart,
  takesText: true,
  input: { topic: 'tea' },
  answer: ANSWER,
  usage: { inputTokens: 12, outputTokens: 5, costUsd: 0.012, calls: 1, toolCalls: 0 },
  invalid: {
    config: {
      endpoint: 'ftp://agent.example/',
      method: 'FETCH',
      headers: { Host: 'other', 'X-Topic': '${ .topic', 'bad name': 'x' },
      query: { q: '${ missing(1) }', nested: { a: 1 } },
      authentication: { digest: {} },
      body: { text: ['${ .a | }', '${ $unknown }'] },
      response: { output: '${ ] }', usage: { tokens: '${ . }', costUsd: '5' }, sessionId: 7 },
      stream: 'xml',
      async: { statusUrl: '.url', every: 'PT1H', often: true },
    },
    pointers: [
      '/endpoint',
      '/method',
      '/headers/Host',
      '/headers/X-Topic',
      '/headers/bad name',
      '/query/q',
      '/query/nested',
      '/authentication',
      '/authentication/digest',
      '/body/text/0',
      '/body/text/1',
      '/response/output',
      '/response/usage/tokens',
      '/response/usage/costUsd',
      '/response/sessionId',
      '/stream',
      '/async/statusUrl',
      '/async/doneWhen',
      '/async/every',
      '/async/often',
    ],
  },
});
