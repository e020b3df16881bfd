import { describeAdapter } from '../conformance.ts';
import { createLanggraphAdapter } from './adapter.ts';
import { PIECES, startLanggraphCounterpart, STATE } from './langgraph-counterpart.ts';

describeAdapter({
  name: 'langgraph',
  adapter: createLanggraphAdapter(),
  counterpart: startLanggraphCounterpart,
  input: { messages: [{ role: 'user', content: 'tea?' }] },
  answer: STATE,
  usage: { inputTokens: 12, outputTokens: 5, costUsd: 0, calls: 1, toolCalls: 0 },
  streamed: PIECES.join(''),
  lostEnd: 'looked-up',
  invalid: {
    config: {
      endpoint: 'https://graph.example/?key=1',
      assistant: 7,
      apiKey: 'x $secrets.y',
      config: [],
      stream: 'yes',
      thread: 't-1',
    },
    pointers: ['/endpoint', '/assistant', '/apiKey', '/config', '/stream', '/thread'],
  },
});
