import type { Json, JsonObject } from '@baton/core';
import { textAt } from '../wire/fields.ts';
import {
  sendJson,
  startLoopbackCounterpart,
  type LoopbackCall,
  type LoopbackCounterpart,
} from '../loopback-counterpart.ts';

/** What the workflow says, in pieces. */
export const PIECES = ['Tea is ', 'ready.'];

/** What a workflow does in place of its behaviour. */
export interface N8nStandInParams {
  /** More of the agent's config. */
  readonly config?: JsonObject;
  /** Lines of its stream. */
  readonly lines?: readonly Json[];
  /** What its webhook answers where it does not stream. */
  readonly answer?: Json;
  /** What looks at its execution find, one after the other; the last one stays. */
  readonly executions?: readonly Json[];
}

/** Starts a stand-in of n8n's webhooks and public API. */
export async function startN8nCounterpart(params: N8nStandInParams = {}): Promise<LoopbackCounterpart> {
  let stops = 0;
  let looks = 0;
  const counterpart = await startLoopbackCounterpart({
    config: (baseUrl) => ({
      webhookUrl: `${baseUrl}/webhook/tea`,
      respond: 'stream',
      api: { endpoint: `${baseUrl}/api/v1`, apiKey: 'key-1' },
      ...params.config,
    }),
    aside: ({ path, response }) => {
      if (!path.startsWith('/api/v1/executions/')) return false;
      if (path.endsWith('/stop')) stops += 1;
      sendJson(response, params.executions?.[looks] ?? params.executions?.at(-1) ?? {});
      looks += 1;
      return true;
    },
    answer: (call) =>
      params.answer === undefined
        ? stream(call, params.lines ?? linesOf(call))
        : sendJson(call.response, params.answer),
  });
  return { ...counterpart, stops: () => stops };
}

function linesOf({ behaviour, body }: LoopbackCall): readonly Json[] {
  const pieces = behaviour.kind === 'echo' ? [textAt(body, 'chatInput') ?? ''] : PIECES;
  const items = pieces.map((content) => ({ type: 'item', content, metadata: METADATA }));
  const isCut = ['lost-end', 'slow-stream', 'broken-stream'].includes(behaviour.kind);
  const end = isCut ? [] : [{ type: 'end', metadata: METADATA }];
  return [{ type: 'begin', metadata: METADATA }, ...items, ...end];
}

const METADATA = { nodeId: 'node-1', nodeName: 'AI Agent', runIndex: 0, itemIndex: 0, timestamp: 1 };

function stream({ response, behaviour }: LoopbackCall, lines: readonly Json[]): void {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
  for (const line of lines) response.write(`${JSON.stringify(line)}\n`);
  if (behaviour.kind === 'slow-stream') return;
  // What was written goes out before the connection is gone.
  if (behaviour.kind === 'broken-stream') setTimeout(() => response.destroy(), 5);
  else response.end();
}
