import type { Json } from '@baton/core';
import {
  beginEvents,
  startLoopbackCounterpart,
  type LoopbackCall,
  type LoopbackCounterpart,
} from '../loopback-counterpart.ts';

/** What the counterpart says in several chunks. */
export const SAID = 'The tea is ready.';

/** Starts an HTTP agent on loopback that answers with server-sent events. */
export function startHttpStreamCounterpart(): Promise<LoopbackCounterpart> {
  return startLoopbackCounterpart({
    config: (baseUrl, { kind }) => ({
      endpoint: `${baseUrl}/ask`,
      stream: 'sse',
      ...(kind === 'echo' ? { response: { output: '${ .input }' } } : {}),
      ...(kind === 'usage' ? { response: { usage: { outputTokens: '${ .tokens }' } } } : {}),
    }),
    answer: play,
  });
}

async function play({ behaviour, body, response }: LoopbackCall): Promise<void> {
  const write = (data: Json): Promise<void> =>
    new Promise((sent) => response.write(`data: ${JSON.stringify(data)}\n\n`, () => sent()));
  beginEvents(response);
  if (behaviour.kind === 'echo') return void response.end(eventOf({ done: true, input: body }));
  const [first = '', ...others] = SAID.split(/(?<= )/);
  await write({ delta: first });
  if (behaviour.kind === 'slow-stream') return;
  if (behaviour.kind === 'broken-stream') return void response.destroy();
  for (const delta of others) await write({ delta });
  response.end(behaviour.kind === 'lost-end' ? '' : eventOf({ done: true, tokens: 5 }));
}

const eventOf = (data: Json): string => `data: ${JSON.stringify(data)}\n\n`;
