import { DEFAULT_ACTIONS } from '../../definition/human-task.ts';
import { storableText } from '../../excerpt.ts';
import { failure } from '../../failure.ts';
import type { Json, JsonObject } from '../../json.ts';
import { readAgentReply } from '../agent-reply-codec.ts';
import { TaskFault } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame, PauseState } from '../state.ts';
import { bodyOf, putBody, stepOf, taskAt, type NewCommand, type Turn } from '../turn.ts';
import { idempotencyKey, visitOf } from '../visits.ts';
import { leftOf, spend } from './agent-limits.ts';
import { toolPlace, useTools } from './agent-tools.ts';
import { callOn } from './call.ts';
import { decisionOf, rulesOf } from './call-human.ts';
import { agentOf } from './pinned-agent.ts';

/*
 * An agent that pauses asks people, and goes on with what they answer: its answer is followed by a human task (one after the
 * other for each item of the pause, so that every tool call has a verdict of its own), and that by another delivery to the
 * same version of the agent, under a key of its own. One that pauses for its tools goes on with what they gave.
 */

/** Pauses of one call; an agent that asks more often asks for ever. */
const MOST_PAUSES = 100;

/** Goes on after an answer: with a question to people, tools, or the agent and their answers; false when it is the last one. */
export function afterAnswer(turn: Turn, frame: Frame, result: Json): boolean {
  const { command, pause: known } = bodyOf(frame, 'call');
  if (command.kind !== 'invoke-agent') {
    afterDecision(turn, frame, result);
    return true;
  }
  const reply = readAgentReply(result);
  if (reply?.pause === undefined) return false;
  const { pause } = reply;
  const count = (known?.count ?? 0) + 1;
  if (count > MOST_PAUSES) throw new TaskFault(failure('runtime', endless(command.agent)));
  const spent = spend(known?.spent, reply, pause.kind === 'tools' ? pause.items.length : 0);
  const state: PauseState = { count, pause, answers: [], first: known?.first ?? command, spent };
  if (pause.kind === 'tools') useTools(turn, frame, state);
  else callOn(turn, frame, question(turn, frame, state));
  return true;
}

function afterDecision(turn: Turn, frame: Frame, result: Json): void {
  const known = pauseOf(frame);
  const { output } = decisionOf(turn, frame, result);
  const { items } = known.pause;
  const item = items[known.answers.length];
  const answers = [...known.answers, item === undefined ? output : { ...output, id: item.id }];
  const goOn = answers.length < items.length ? question : resumption;
  callOn(turn, frame, goOn(turn, frame, { ...known, answers }));
}

/** Notes what a tool gave, and goes back to the agent once all of them have answered. */
export function afterTool(
  turn: Turn,
  frame: Frame,
  { child, answer }: { readonly child: Frame; readonly answer: JsonObject },
): void {
  const body = bodyOf(frame, 'call');
  const known = pauseOf(frame);
  const state = { ...known, answers: [...known.answers, { ...child.tool, ...answer }] };
  if (state.answers.length < state.pause.items.length) putBody(turn, frame, { ...body, pause: state });
  else callOn(turn, frame, resumption(turn, frame, state));
}

function pauseOf(frame: Frame): PauseState {
  const { pause } = bodyOf(frame, 'call');
  if (pause === undefined) throw new Error(`The call at "${frame.pointer}" is in no pause.`);
  return pause;
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
  const { id: _answered, budget: _whole, ...first } = state.first;
  const { limits } = agentOf(turn, frame);
  const command: NewCommand = {
    ...first,
    step: stepOf(turn, frame),
    idempotencyKey: idempotencyKey(turn, frame, `resume ${state.count}`),
    resume: { state: state.pause.resume, answer: answerOf(state) },
    ...(limits === undefined ? {} : { budget: leftOf(limits, state.spent) }),
    // A resumption is no repeatable question, whatever the agent's effects.
    local: false,
  };
  return { command, pause: state };
}

/** Without items there is one answer. */
function answerOf({ count, pause: { kind, items }, answers }: PauseState): JsonObject {
  if (kind === 'tools') {
    const at = (index: number): readonly JsonObject[] =>
      answers.filter(({ place }) => place === toolPlace(count, index));
    return { items: items.flatMap((_item, index) => at(index)) };
  }
  if (items.length === 0) return answers.reduce<JsonObject>((all, answer) => ({ ...all, ...answer }), {});
  const outcome = answers.every((answer) => answer['outcome'] === 'approve') ? 'approve' : 'reject';
  return { outcome, items: answers };
}
