import {
  type AgentPause,
  failure,
  isObject,
  NO_USAGE,
  own,
  type HumanAction,
  type Json,
  type JsonObject,
  type Usage,
} from '@baton/core';
import { AgentFailureError, type AgentResume } from '../adapter.ts';
import { at, countAt, listAt, objectAt, textAt } from '../wire/fields.ts';

/** The ids of a run on Dify, as far as they are known. */
export interface DifyIds {
  readonly taskId?: string;
  readonly runId?: string;
  readonly conversationId?: string;
  /** The token of the form that is being handed in. */
  readonly submitting?: string;
}

/** The token of a form; undefined for what is no form, or one that goes out by e-mail and cannot be answered from here. */
export function tokenOf(form: Json): string | undefined {
  return textAt(form, 'form_token');
}

/** The pause at a Human Input node. */
export function toPause(
  form: JsonObject,
  { ids, used }: { readonly ids: DifyIds; readonly used: Usage },
): AgentPause {
  const { taskId, runId, conversationId } = ids;
  const actions = listAt(form, 'actions').flatMap(toAction);
  const expiresAt = countAt(form, 'expiration_time');
  const body = [
    textAt(form, 'form_content') ?? '',
    // Dify counts in seconds.
    ...(expiresAt === undefined
      ? []
      : [`To be answered before ${new Date(expiresAt * 1000).toISOString()}.`]),
  ].join('\n\n');
  return {
    kind: 'form',
    title: textAt(form, 'node_title') ?? 'The workflow waits for a person',
    body: body.trim(),
    form: toSchema(form),
    ...(actions.length === 0 ? {} : { actions }),
    resume: {
      runId: runId ?? '',
      token: tokenOf(form) ?? '',
      defaults: objectAt(form, 'resolved_default_values'),
      actions: actions.map(({ id, outcome }) => ({ id, outcome })),
      used: { inputTokens: used.inputTokens, outputTokens: used.outputTokens, costUsd: used.costUsd },
      ...(taskId === undefined ? {} : { taskId }),
      ...(conversationId === undefined ? {} : { conversationId }),
    },
  };
}

const APPROVES = /^(?:approve|accept|agree|allow|confirm|continue|ok|submit|yes)/i;
const REJECTS = /^(?:reject|decline|deny|disagree|refuse|cancel|no$)/i;

function toAction(given: Json): readonly HumanAction[] {
  const id = textAt(given, 'id');
  if (id === undefined) return [];
  const label = textAt(given, 'title');
  const means = (pattern: RegExp): boolean =>
    pattern.test(id) || (label !== undefined && pattern.test(label));
  const outcome = means(APPROVES) ? 'approve' : means(REJECTS) ? 'reject' : 'custom';
  return [{ id, ...(label === undefined ? {} : { label }), outcome, requireComment: false }];
}

function toSchema(form: JsonObject): JsonObject {
  const defaults = objectAt(form, 'resolved_default_values');
  const fields = listAt(form, 'inputs').flatMap((field) => {
    const name = textAt(field, 'output_variable_name');
    return name === undefined ? [] : [{ name, schema: fieldSchema(field, own(defaults, name)) }];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
    required: fields.flatMap(({ name, schema }) => (Object.hasOwn(schema, 'default') ? [] : [name])),
  };
}

function fieldSchema(field: Json, given: Json | undefined): JsonObject {
  const preset = given === undefined ? {} : { default: given };
  switch (textAt(field, 'type')) {
    case 'select': {
      const options = listAt(field, 'option_source', 'value').filter((value) => typeof value === 'string');
      return { type: 'string', ...(options.length === 0 ? {} : { enum: options }), ...preset };
    }
    case 'file':
      return { type: 'object', ...preset };
    case 'file-list':
      return { type: 'array', items: { type: 'object' }, ...preset };
    default:
      return { type: 'string', ...preset };
  }
}

/** What hands a form in. */
export interface Submission {
  readonly ids: DifyIds & { readonly runId: string };
  readonly token: string;
  readonly inputs: JsonObject;
  readonly action: string;
  /** What was used before the pause. */
  readonly used: Usage;
}

/** The answer of a person in Dify's words. Throws {@link AgentFailureError} `validation`. */
export function toSubmission({ state, answer }: AgentResume): Submission {
  const [runId = '', token = ''] = [textAt(state, 'runId'), textAt(state, 'token')];
  const known = listAt(state, 'actions');
  const wished = textAt(answer, 'action');
  const outcome = textAt(answer, 'outcome');
  const chosen =
    known.find((action) => at(action, 'id') === wished) ??
    known.find((action) => at(action, 'outcome') === outcome);
  const action = textAt(chosen, 'id');
  if (action === undefined || runId === '' || token === '') {
    const names = known.map((one) => `"${textAt(one, 'id') ?? ''}"`).join(', ');
    const detail = `The answer "${wished ?? outcome ?? ''}" is none of the form's actions: ${names}.`;
    throw new AgentFailureError(failure('validation', detail, { code: 'unknown_action' }));
  }
  const form = own(answer, 'form');
  const [taskId, conversationId] = [textAt(state, 'taskId'), textAt(state, 'conversationId')];
  return {
    ids: {
      runId,
      ...(taskId === undefined ? {} : { taskId }),
      ...(conversationId === undefined ? {} : { conversationId }),
    },
    token,
    action,
    used: {
      ...NO_USAGE,
      inputTokens: countAt(state, 'used', 'inputTokens') ?? 0,
      outputTokens: countAt(state, 'used', 'outputTokens') ?? 0,
      costUsd: countAt(state, 'used', 'costUsd') ?? 0,
    },
    inputs: { ...objectAt(state, 'defaults'), ...(form !== undefined && isObject(form) ? form : {}) },
  };
}
