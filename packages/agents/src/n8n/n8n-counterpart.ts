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
  readonly executions?: readonly ((baseUrl: string) => Json)[];
  /** Whether somebody has answered it already. */
  readonly answered?: boolean;
}

interface Memory {
  readonly params: N8nStandInParams;
  readonly answers: Json[];
  stops: number;
  looks: number;
  /** What the webhook was given last. */
  given: Json;
}

/** Starts a stand-in of n8n's webhooks and public API. */
export async function startN8nCounterpart(params: N8nStandInParams = {}): Promise<LoopbackCounterpart> {
  const memory: Memory = { params, answers: [], stops: 0, looks: 0, given: null };
  const counterpart = await startLoopbackCounterpart({
    config: (baseUrl) => ({
      webhookUrl: `${baseUrl}/webhook/tea`,
      respond: 'stream',
      api: { endpoint: `${baseUrl}/api/v1`, apiKey: 'key-1' },
      ...params.config,
    }),
    aside: (call) => standAside(call, memory),
    answer: (call) => {
      memory.given = call.body;
      if (params.answer !== undefined) sendJson(call.response, params.answer);
      else if (params.config?.['respond'] === 'onReceived') sendJson(call.response, { executionId: '7' });
      else stream(call, params.lines ?? linesOf(call));
    },
  });
  return { ...counterpart, stops: () => memory.stops };
}

/** Looks at executions, stops them, and hands answers to those that wait. */
function standAside(call: LoopbackCall, memory: Memory): boolean {
  const { path, response, body } = call;
  if (path.startsWith('/webhook-waiting/')) {
    memory.answers.push(body);
    const isFirst = memory.answers.length === 1 && memory.params.answered !== true;
    sendJson(response, { message: isFirst ? 'Workflow was started' : 'finished' }, isFirst ? 200 : 409);
    return true;
  }
  if (!path.startsWith('/api/v1/executions/')) return false;
  if (path.endsWith('/stop')) memory.stops += 1;
  const { executions } = memory.params;
  const found = executions?.[memory.looks] ?? executions?.at(-1);
  sendJson(response, found?.(call.baseUrl) ?? executionOf(call, memory));
  memory.looks += 1;
  return true;
}

/** An execution that waits for an answer, or is done. */
function executionOf(call: LoopbackCall, { answers, given }: Memory): Json {
  const { behaviour } = call;
  if (behaviour.kind === 'pause' && answers.length === 0) return waitingExecution(call.baseUrl);
  return doneExecution(behaviour.kind === 'echo' ? given : { output: PIECES.join('') });
}

/** An execution whose last node has given this. */
export function doneExecution(...json: readonly Json[]): JsonObject {
  const data = { main: [json.map((one) => ({ json: one }))] };
  return { id: '7', status: 'success', data: { resultData: resultsOf({ node: 'Set', run: { data } }) } };
}

/** An execution at a Wait node that was handed a question for a person. */
export function waitingExecution(
  baseUrl: string,
  more: { readonly question?: JsonObject; readonly parameters?: JsonObject; readonly since?: number } = {},
): JsonObject {
  const question = {
    resumeUrl: `${baseUrl}/webhook-waiting/7`,
    title: 'Is the tea good?',
    kind: 'green',
    ...more.question,
  };
  const run = {
    startTime: more.since ?? 1,
    executionStatus: 'waiting',
    metadata: { resumeUrl: `${baseUrl}/webhook-waiting/7?signature=s-1` },
    data: { main: [[{ json: question }]] },
  };
  const parameters = { resume: 'webhook', httpMethod: 'POST', ...more.parameters };
  return {
    id: '7',
    status: 'waiting',
    data: {
      resultData: resultsOf({ node: 'Wait', run }),
      executionData: { nodeExecutionStack: [{ node: { name: 'Wait', parameters } }] },
    },
  };
}

function resultsOf({ node, run }: { readonly node: string; readonly run: Json }): JsonObject {
  return { lastNodeExecuted: node, runData: { [node]: [run] } };
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
