import { failure, NO_USAGE, type AgentReply, type Json } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import { AgentFailureError, type InvokeContext } from '../adapter.ts';
import { at, listAt, textAt } from '../wire/fields.ts';
import { linesOf } from '../wire/lines.ts';

/** The reply of a workflow; n8n tells no usage. */
export function toReply(output: Json, executionId?: string): AgentReply {
  // By convention a chat's answer is there.
  const text = typeof output === 'string' ? output : textAt(output, 'output');
  return {
    output,
    ...(text === undefined ? {} : { text }),
    usage: { ...NO_USAGE, calls: 1 },
    ...(executionId === undefined ? {} : { foreignRef: executionId }),
    finish: 'stop',
  };
}

/** Reads a stream of lines to its end. Throws {@link AgentFailureError} for what a node reports, and for a lost end. */
export async function readStream(
  chunks: AsyncIterable<Uint8Array>,
  agent: string,
  { emit }: Pick<InvokeContext, 'emit'>,
): Promise<AgentReply> {
  let text = '';
  let ended = 0;
  // Several nodes may speak at once; the answer is whole when each of them has ended.
  let begun = 0;
  for await (const line of linesOf(chunks)) {
    if (line.trim() === '') continue;
    const event = parseJsonBounded(line);
    const content = textAt(event, 'content') ?? '';
    switch (textAt(event, 'type')) {
      case 'begin':
        begun += 1;
        break;
      case 'end':
        ended += 1;
        break;
      case 'error':
        throw workflowFailure(agent, content);
      case 'item':
        text += content;
        if (content !== '') emit({ type: 'agent.chunk', data: content });
        break;
      default:
    }
  }
  if (begun > 0 && ended >= begun) return toReply(text);
  const detail = `The stream of agent "${agent}" ended before its answer did; look whether its workflow streams.`;
  throw new AgentFailureError(
    failure('communication', detail, { status: 502, code: 'lost_end', retryable: true }),
  );
}

/** The reply of an execution that was looked up; null: it goes on. Throws {@link AgentFailureError} when it failed. */
export function executionReply(execution: Json, agent: string, id: string): AgentReply | null {
  switch (textAt(execution, 'status')) {
    case 'success':
      return toReply(outputOf(execution), id);
    case 'error':
    case 'crashed':
      throw workflowFailure(agent, textAt(execution, 'data', 'resultData', 'error', 'message') ?? '');
    case 'canceled':
      throw new AgentFailureError(
        failure('runtime', `Agent "${agent}": the execution was stopped in n8n.`, {
          code: 'workflow_stopped',
        }),
      );
    default:
      return null;
  }
}

/** What the last node gave: one entry by itself, several as a list. */
function outputOf(execution: Json): Json {
  const last = textAt(execution, 'data', 'resultData', 'lastNodeExecuted') ?? '';
  const entries = listAt(execution, 'data', 'resultData', 'runData', last, -1, 'data', 'main', 0);
  const items = entries.map((entry) => at(entry, 'json') ?? null);
  return items.length === 1 ? (items[0] ?? null) : items;
}

function workflowFailure(agent: string, reason: string): AgentFailureError {
  const because = reason === '' ? '.' : `: ${reason.slice(0, 1_000)}`;
  return new AgentFailureError(
    failure('runtime', `Agent "${agent}": the workflow failed in n8n${because}`, {
      code: 'workflow_failed',
      retryable: true,
    }),
  );
}
