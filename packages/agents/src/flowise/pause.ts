import { type AgentPause, failure, type HumanAction, type Json, type JsonObject } from '@baton/core';
import { AgentFailureError, type AgentResume } from '../adapter.ts';
import { listAt, textAt } from '../wire/fields.ts';

/** What is known of a flow that waits for a person. */
export interface Waiting {
  /** What the flow has said last. */
  readonly text: string;
  readonly chatId: string;
  /** How many nodes it has run: those that run after the pause come after them in its lists. */
  readonly ran: number;
}

/** The pause at a node of an agentflow. Throws {@link AgentFailureError} for the actions of older kinds of flows. */
export function toPause(action: Json, { text, chatId, ran }: Waiting): AgentPause {
  const node = textAt(action, 'data', 'nodeId');
  if (node === undefined) {
    const detail =
      'The flow asks a person by an action that names no node, as sequential agents do; only agentflows can go on from here.';
    throw new AgentFailureError(failure('runtime', detail, { code: 'unknown_pause' }));
  }
  return {
    kind: 'approval',
    title: textAt(action, 'data', 'nodeLabel') ?? 'The flow waits for a person',
    ...(text.trim() === '' ? {} : { body: text }),
    actions: (['approve', 'reject'] as const).map((outcome) => toAction(action, outcome)),
    resume: { chatId, node, ran },
  };
}

/** The buttons are told in the order of their words; `mapping` knows which word means what. */
function toAction(action: Json, outcome: 'approve' | 'reject'): HumanAction {
  const button = listAt(action, 'elements').find((element) =>
    (textAt(element, 'type') ?? '').includes(outcome),
  );
  const label = textAt(action, 'mapping', outcome) ?? textAt(button, 'label');
  return { id: outcome, outcome, requireComment: false, ...(label === undefined ? {} : { label }) };
}

/** What a person has decided, in Flowise's words: there is no third way beside going on and rejecting. */
export function humanInputOf({ state, answer }: AgentResume): JsonObject {
  const node = textAt(state, 'node');
  return {
    type: textAt(answer, 'outcome') === 'approve' ? 'proceed' : 'reject',
    ...(node === undefined ? {} : { startNodeId: node }),
    feedback: textAt(answer, 'comment') ?? '',
  };
}
