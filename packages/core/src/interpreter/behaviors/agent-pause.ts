import { DEFAULT_ACTIONS } from '../../definition/human-task.ts';
import { storableText } from '../../excerpt.ts';
import { failure } from '../../failure.ts';
import type { Json, JsonObject } from '../../json.ts';
import { readAgentReply } from '../agent-reply-codec.ts';
import { TaskFault } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame, PauseState } from '../state.ts';
import { bodyOf, stepOf, taskAt, type NewCommand, type Turn } from '../turn.ts';
import { idempotencyKey, visitOf } from '../visits.ts';
import { decisionOf, rulesOf } from './call-human.ts';

/*
 * An agent that pauses asks people, and goes on with what they answer: its answer is followed by a human task (one after the
 * other for each item of the pause, so that every tool call has a verdict of its own), and that by another delivery to the
 * same version of the agent, under a key of its own.
 */

/** Pauses of one call; an agent that asks more often asks for ever. */
const MOST_PAUSES = 100;

/** What comes after an answer: a question to people, or the agent with their answers; null when it is the last one. */
export function afterAnswer(
  turn: Turn,
  frame: Frame,
  result: Json,
): { command: NewCommand; pause: PauseState } | null {
  const { command, pause: known } = bodyOf(frame, 'call');
  if (command.kind === 'invoke-agent') {
    const asked = readAgentReply(result)?.pause;
    if (asked === undefined) return null;
    const count = (known?.count ?? 0) + 1;
    if (count > MOST_PAUSES) throw new TaskFault(failure('runtime', endless(command.agent)));
    return question(turn, frame, { count, pause: asked, answers: [], first: known?.first ?? command });
  }
  if (known === undefined) throw new Error(`The call at "${frame.pointer}" is in no pause.`);
  const { output } = decisionOf(turn, frame, result);
  const { items } = known.pause;
  const item = items[known.answers.length];
  const answers = [...known.answers, item === undefined ? output : { ...output, id: item.id }];
  const answered = { ...known, answers };
  return answers.length < items.length ? question(turn, frame, answered) : resumption(turn, frame, answered);
}

const endless = (agent: string): string =>
  `Agent "${agent}" has paused more than ${MOST_PAUSES} times in one call.`;

function question(turn: Turn, frame: Frame, state: PauseState): { command: NewCommand; pause: PauseState } {
  const { pause, count, answers, first } = state;
  const item = pause.items[answers.length];
  const { pauses } = taskAt(turn, frame, 'call-agent').with;
  const body = item?.description ?? pause.body;
  const context = {
    agent: first.agent,
    pause: pause.kind,
    ...(item === undefined ? {} : { item: { id: item.id, name: item.name, arguments: item.arguments } }),
  };
  const command: NewCommand = {
    kind: 'open-human-task',
    step: stepOf(turn, frame),
    idempotencyKey: idempotencyKey(turn, frame, `pause ${count}.${answers.length}`),
    task: {
      kind: 'approval',
      title: storableText(item === undefined ? pause.title : `${pause.title}: ${item.name}`),
      ...(body === undefined ? {} : { body: storableText(body) }),
      context,
      ...(pause.form === undefined ? {} : { form: pause.form }),
      actions: pause.actions ?? DEFAULT_ACTIONS,
      ...rulesOf(turn, pauses, bodySight(turn, frame)),
      visit: visitOf(frame),
    },
  };
  return { command, pause: state };
}

function resumption(turn: Turn, frame: Frame, state: PauseState): { command: NewCommand; pause: PauseState } {
  const { id: _answered, ...first } = state.first;
  const command: NewCommand = {
    ...first,
    step: stepOf(turn, frame),
    idempotencyKey: idempotencyKey(turn, frame, `resume ${state.count}`),
    resume: { state: state.pause.resume, answer: answerOf(state) },
    // A resumption is no repeatable question, whatever the agent's effects.
    local: false,
  };
  return { command, pause: state };
}

/** Without items there is one answer. */
function answerOf({ pause: { items }, answers }: PauseState): JsonObject {
  if (items.length === 0) return answers.reduce<JsonObject>((all, answer) => ({ ...all, ...answer }), {});
  const outcome = answers.every((answer) => answer['outcome'] === 'approve') ? 'approve' : 'reject';
  return { outcome, items: answers };
}
