import type { Json } from '@baton/core';
import {
  beginEvents,
  sendJson,
  startLoopbackCounterpart,
  type LoopbackCall,
  type LoopbackCounterpart,
} from '../loopback-counterpart.ts';

/** What the model says, in pieces. */
export const PIECES = ['Tea is ', 'ready.'];

/** What the model says it has used. */
const USED = { input: 12, output: 5 };

/** Starts what an agent of a framework asks: the model behind it. The agent itself runs in a process of its own. */
export function startFrameworkCounterpart(
  agent: Readonly<Record<string, Json>>,
): Promise<LoopbackCounterpart> {
  return startLoopbackCounterpart({
    config: (url) => ({ ...agent, parameters: { url } }),
    aside: ({ path, behaviour, response }) => {
      if (path !== '/review') return false;
      sendJson(response, behaviour.kind === 'pause');
      return true;
    },
    answer: stream,
  });
}

function stream({ response, behaviour }: LoopbackCall): void {
  beginEvents(response);
  const tell = (line: Json): boolean => response.write(`data: ${JSON.stringify(line)}\n\n`);
  for (const text of PIECES) tell({ text });
  if (behaviour.kind === 'slow-stream') return;
  // What was written goes out before the connection is gone.
  if (behaviour.kind === 'broken-stream') setTimeout(() => response.destroy(), 5);
  else {
    if (behaviour.kind !== 'lost-end') for (const line of [{ usage: USED }, { done: true }]) tell(line);
    response.end();
  }
}
