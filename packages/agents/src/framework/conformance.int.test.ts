import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { describeAdapter } from '../conformance.ts';
import { createFrameworkAdapter } from './adapter.ts';
import { PIECES, startFrameworkCounterpart } from './framework-counterpart.ts';
import { createNodeAgents } from './node-agents.ts';

const nodeAgents = createNodeAgents({
  folder: join(__dirname, 'fixture-agents'),
  readArtifact: async () => null,
  environment: process.env,
  processes: 4,
});
afterAll(() => nodeAgents.stop());

const ASKED = { type: 'human', id: 'human-1', content: 'tea?' };

describeAdapter({
  name: 'framework, with a graph of LangGraph',
  adapter: createFrameworkAdapter(nodeAgents),
  counterpart: () =>
    startFrameworkCounterpart({
      runtime: 'node',
      framework: 'langgraph',
      module: 'brewing-fixture.ts',
      export: 'brewing',
    }),
  input: { messages: [ASKED] },
  answer: {
    messages: [
      ASKED,
      {
        type: 'ai',
        id: 'ai-1',
        content: PIECES.join(''),
        usage_metadata: {
          input_tokens: 12,
          output_tokens: 5,
          total_tokens: 17,
          input_token_details: {},
          output_token_details: {},
        },
      },
    ],
  },
  usage: { inputTokens: 12, outputTokens: 5, costUsd: 0, calls: 1, toolCalls: 0 },
  echo: {
    input: { echo: { text: 'é "quoted" \u{1f600} ${ .not } $secrets', list: [1, -0.5, null, true, {}] } },
    output: {
      messages: [],
      echo: { text: 'é "quoted" \u{1f600} ${ .not } $secrets', list: [1, -0.5, null, true, {}] },
    },
  },
  // Whatever a graph leaves in its state is its answer.
  takesText: true,
  malformed: ['runtime', true, 'run_failed'],
  // A process is started first, and many at once on a busy machine.
  reachMs: 5_000,
  patienceMs: 60_000,
  streamed: PIECES.join(''),
  lostEnd: 'fails',
  invalid: {
    config: {
      runtime: 'node',
      framework: 'crewai',
      module: '../elsewhere.mjs',
      export: 'not a name',
      parameters: [],
      limits: { memoryMb: 1 },
      requirements: ['langchain'],
      thread: 't-1',
    },
    pointers: [
      '/framework',
      '/module',
      '/export',
      '/parameters',
      '/limits/memoryMb',
      '/requirements',
      '/thread',
    ],
  },
});
