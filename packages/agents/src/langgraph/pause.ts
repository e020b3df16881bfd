import { type AgentPause, failure, isObject, own, type Json, type JsonObject } from '@baton/core';
import { AgentFailureError, type AgentResume } from '../adapter.ts';
import { at, listAt, objectAt, textAt } from '../wire/fields.ts';

type PauseItem = NonNullable<AgentPause['items']>[number];

/** Longest line in an inbox. */
const TITLE = 120;

/** Fields in which graphs put the sentence that a person reads. */
const TITLES = ['title', 'question', 'message', 'description', 'text'];

/** The pause of a graph that has interrupted itself; `place` is what must be known to go on there. */
export function toPause(interrupts: readonly Json[], place: JsonObject): AgentPause {
  const questions = interrupts.map(toQuestion);
  const items = questions.flatMap((question) => question.items);
  const form = interrupts.length === 1 ? own(objectAt(interrupts[0]), 'response_schema') : undefined;
  return {
    kind: items.length > 0 ? 'tool_call' : 'approval',
    title: questions[0]?.title ?? 'The graph waits for a decision',
    body: questions.map(({ body }) => body).join('\n\n'),
    ...(items.length === 0 ? {} : { items }),
    ...(form !== undefined && isObject(form) ? { form } : {}),
    resume: {
      ...place,
      interrupts: questions.map(({ id, items: asked, isCamel }) => ({
        id,
        ...(isCamel ? { isCamel } : {}),
        items: asked.map((item) => ({ id: item.id, name: item.name })),
      })),
    },
  };
}

interface Question {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly items: readonly PauseItem[];
  /** Whether its names are of JavaScript: actionRequests, editedAction. */
  readonly isCamel: boolean;
}

function toQuestion(interrupt: Json, n: number): Question {
  const id = textAt(interrupt, 'id') ?? String(n);
  const value = at(interrupt, 'value') ?? null;
  const isCamel = listAt(value, 'actionRequests').length > 0;
  const actions = listAt(value, isCamel ? 'actionRequests' : 'action_requests');
  if (actions.length > 0) {
    const items = actions.map((action, index) => toItem(action, `${id}:${index}`));
    const names = items.map(({ name }) => name).join(', ');
    return { id, title: `May it call ${names}?`.slice(0, TITLE), body: '', items, isCamel };
  }
  const words = typeof value === 'string' ? value : TITLES.map((key) => textAt(value, key)).find(Boolean);
  const title = words?.split('\n')[0]?.slice(0, TITLE) ?? 'The graph waits for a decision';
  const body = typeof value === 'string' ? value : `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
  return { id, title, body, items: [], isCamel };
}

function toItem(action: Json, id: string): PauseItem {
  const description = textAt(action, 'description');
  return {
    id,
    name: textAt(action, 'name') ?? textAt(action, 'action') ?? '',
    arguments: at(action, 'args') ?? at(action, 'arguments') ?? {},
    ...(description === undefined ? {} : { description }),
  };
}

/**
 * The value that a graph goes on with: decisions on tool calls; else the form; else true or false, which is how graphs ask
 * for approval; else what was answered. Several interrupts get theirs by their ids. Throws {@link AgentFailureError} `validation`.
 */
export function toResumeValue({ state, answer }: AgentResume): Json {
  const interrupts = listAt(state, 'interrupts').map((interrupt) => {
    const items = listAt(interrupt, 'items');
    const edited = at(interrupt, 'isCamel') === true ? 'editedAction' : 'edited_action';
    const decisions = items.map((item) => toDecision(answer, item, edited));
    const value = items.length === 0 ? plainValue(answer) : { decisions };
    return [textAt(interrupt, 'id') ?? '', value] as const;
  });
  const [only] = interrupts;
  if (only === undefined) {
    const detail = 'The state to resume from names no interrupt; it must be that of the pause.';
    throw new AgentFailureError(failure('validation', detail, { code: 'invalid_resume' }));
  }
  return interrupts.length === 1 ? only[1] : Object.fromEntries(interrupts);
}

function plainValue(answer: JsonObject): Json {
  const form = own(answer, 'form') ?? null;
  if (form !== null) return form;
  const outcome = textAt(answer, 'outcome');
  return outcome === 'approve' || outcome === 'reject' ? outcome === 'approve' : answer;
}

/** What was decided on one tool call: by itself, or by the answer as a whole. What is not approved is rejected. */
function toDecision(answer: JsonObject, item: Json, edited: string): JsonObject {
  const decided = listAt(answer, 'items').find((one) => textAt(one, 'id') === textAt(item, 'id'));
  if ((textAt(decided, 'outcome') ?? textAt(answer, 'outcome')) !== 'approve') {
    const comment = textAt(decided, 'comment') ?? textAt(answer, 'comment');
    return { type: 'reject', ...(comment === undefined ? {} : { message: comment }) };
  }
  const args = at(decided, 'arguments');
  if (args === undefined) return { type: 'approve' };
  return { type: 'edit', [edited]: { name: textAt(item, 'name') ?? '', args } };
}
