import { failure, isObject, own, type AgentPause, type Json, type JsonObject } from '@baton/core';
import { AgentFailureError } from '../adapter.ts';
import { at, countAt, objectAt, textAt } from '../wire/fields.ts';

/** Keys of a question that have a place of their own in a pause. */
const OWN_KEYS = ['resumeUrl', 'title', 'body', 'form'];

/** The place at which an execution waits: a loop may come by the same node again. */
export interface WaitingPlace {
  readonly node: string;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** An execution that waits for a person. */
export interface Waiting extends WaitingPlace {
  /** Where the answer goes; knows a token, so it is never stored. */
  readonly resumeUrl: string;
  /** What the workflow has handed to its Wait node. */
  readonly question: JsonObject;
}

/**
 * What an execution waits for; undefined when that is no person: a time, a form of n8n's own, or another system. A workflow
 * asks a person by handing `{ "resumeUrl": "{{ $execution.resumeUrl }}" }` to a Wait node that is resumed by a webhook.
 * Throws {@link AgentFailureError} `configuration` for a Wait node that takes no answer.
 */
export function waitingOf(execution: Json, agent: string): Waiting | undefined {
  const results = at(execution, 'data', 'resultData');
  const node = textAt(results, 'lastNodeExecuted') ?? '';
  const run = at(results, 'runData', node, -1);
  const question = objectAt(run, 'data', 'main', 0, 0, 'json');
  const parameters = at(execution, 'data', 'executionData', 'nodeExecutionStack', 0, 'node', 'parameters');
  const told = textAt(question, 'resumeUrl');
  if (told === undefined || textAt(run, 'executionStatus') !== 'waiting') return undefined;
  if (textAt(parameters, 'resume') !== 'webhook') return undefined;
  if (textAt(parameters, 'httpMethod') !== 'POST') {
    const detail = `Agent "${agent}" waits at its node "${node}" for a webhook that takes no answer; set the HTTP method of the node to POST.`;
    throw new AgentFailureError(failure('configuration', detail, { code: 'wait_takes_no_answer' }));
  }
  // What the node itself has written is signed, whatever the workflow has told.
  const resumeUrl = textAt(run, 'metadata', 'resumeUrl') ?? told;
  return { node, since: countAt(run, 'startTime') ?? 0, resumeUrl, question };
}

/** The pause of an execution that waits for a person. */
export function toPause({ node, since, question }: Waiting, executionId: string): AgentPause {
  const form = own(question, 'form') ?? null;
  const rest = Object.fromEntries(Object.entries(question).filter(([key]) => !OWN_KEYS.includes(key)));
  const shown = Object.keys(rest).length === 0 ? '' : `\`\`\`json\n${JSON.stringify(rest, null, 2)}\n\`\`\``;
  const body = [textAt(question, 'body') ?? '', shown].filter((part) => part !== '').join('\n\n');
  return {
    kind: isObject(form) ? 'form' : 'approval',
    title: (textAt(question, 'title') ?? node).split('\n')[0]?.slice(0, 120) ?? node,
    ...(body === '' ? {} : { body }),
    ...(isObject(form) ? { form } : {}),
    resume: { executionId, node, since },
  };
}

/** Whether an execution still waits at the place of a pause. */
export function isSamePlace(waiting: Waiting | undefined, place: WaitingPlace): waiting is Waiting {
  return waiting !== undefined && waiting.node === place.node && waiting.since === place.since;
}

/** What {@link toPause} has put into `resume`. Throws {@link AgentFailureError} `validation`. */
export function placeOf(state: Json): WaitingPlace & { readonly executionId: string } {
  const [executionId, node] = [textAt(state, 'executionId'), textAt(state, 'node')];
  const since = countAt(state, 'since');
  if (executionId === undefined || node === undefined || since === undefined) {
    const detail = 'The state to resume from names no execution; it must be that of the pause.';
    throw new AgentFailureError(failure('validation', detail, { code: 'invalid_resume' }));
  }
  return { executionId, node, since };
}
