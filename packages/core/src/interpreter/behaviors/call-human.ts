import type {
  CallHumanTask,
  Duration,
  PauseRules,
  PolicySpec,
  Template,
} from '../../definition/definition.ts';
import { storableText } from '../../excerpt.ts';
import { failure } from '../../failure.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../json.ts';
import type { Progress } from '../behavior.ts';
import type { HumanTaskRequest } from '../commands.ts';
import { TaskFault, type Sight } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { bodyOf, instant, report, shown, stepOf, taskAt, unexpected, type Turn } from '../turn.ts';
import { idempotencyKey, visitOf } from '../visits.ts';
import { callBehavior } from './call.ts';

/** `call: human`: opens a human task and goes on with what the people decided. */
export const callHumanBehavior = callBehavior({
  command: (turn, frame) => ({
    kind: 'open-human-task',
    step: stepOf(turn, frame),
    idempotencyKey: idempotencyKey(turn, frame, 'human'),
    task: requestOf(turn, frame),
  }),
  read(turn, frame, result) {
    const { outcome, output } = decisionOf(turn, frame, result);
    if (outcome !== 'approve' && callOf(turn, frame).onReject === 'raise')
      throw new TaskFault(refusal(outcome));
    return output;
  },
  announce: announceHumanTask,
});

/** What people have decided, which is reported; throws a TaskFault when it cannot be read. */
export function decisionOf(
  turn: Turn,
  frame: Frame,
  result: Json,
): { readonly outcome: string; readonly output: JsonObject } {
  if (!isObject(result)) throw new TaskFault(unexpected('A human task', result));
  const { humanTaskId, ...output } = result;
  const outcome = own(result, 'outcome');
  if (typeof humanTaskId !== 'string' || typeof outcome !== 'string') {
    throw new TaskFault(unexpected('A human task', result));
  }
  report(turn, { type: 'human_task.decided', step: stepOf(turn, frame), humanTaskId, outcome });
  return { outcome, output };
}

/** Tells readers that a human task was opened, and that the step waits for it. */
export function announceHumanTask(turn: Turn, frame: Frame, news: Progress): boolean {
  const { command } = bodyOf(frame, 'call');
  // An agent's call opens human tasks only once it has paused.
  if (news.kind !== 'human-task-opened' || command.kind !== 'open-human-task') return false;
  const step = stepOf(turn, frame);
  const { humanTaskId } = news;
  report(turn, { type: 'human_task.opened', step, humanTaskId });
  const { expiresAt: until } = command.task;
  report(turn, {
    type: 'step.waiting',
    step,
    waitKind: 'human',
    humanTaskId,
    ...(until === undefined ? {} : { until }),
  });
  return true;
}

function refusal(outcome: string): ReturnType<typeof failure> {
  return failure('authorization', `The human task ended with "${outcome}", not with an approval.`, {
    title: 'Not approved',
  });
}

function callOf(turn: Turn, frame: Frame): CallHumanTask['with'] {
  return taskAt(turn, frame, 'call-human').with;
}

function requestOf(turn: Turn, frame: Frame): HumanTaskRequest {
  const call = callOf(turn, frame);
  const sight = bodySight(turn, frame);
  const { evaluator } = turn.run;
  const text = (template: Template, what: string): string => {
    const value = evaluator.text(template, sight);
    // PostgreSQL keeps no NUL and no half of a surrogate pair in text.
    if (typeof value === 'string') return storableText(value);
    throw new TaskFault(failure('expression', `"with.${what}" must give text; it gave ${shown(value)}.`));
  };
  return {
    kind: call.humanKind,
    title: text(call.title, 'title'),
    ...(call.body === undefined ? {} : { body: text(call.body, 'body') }),
    ...(call.context === undefined ? {} : { context: evaluator.template(call.context, sight) }),
    ...(call.form === undefined ? {} : { form: call.form }),
    actions: call.actions.map((action) => ({ ...action })),
    ...rulesOf(turn, call, sight),
    visit: visitOf(frame),
  };
}

/** Who decides, and until when. */
export function rulesOf(
  turn: Turn,
  rules: PauseRules,
  sight: Sight,
): Pick<HumanTaskRequest, 'policy' | 'priority' | 'dueAt' | 'expiresAt' | 'onExpire'> {
  const until = (length: Duration): string => instant(turn.at + turn.run.evaluator.duration(length, sight));
  return {
    policy: policyOf(turn, rules.policy, sight),
    ...(rules.priority === undefined ? {} : { priority: rules.priority }),
    ...(rules.due === undefined ? {} : { dueAt: until(rules.due) }),
    ...(rules.expires === undefined ? {} : { expiresAt: until(rules.expires) }),
    onExpire: 'reject',
  };
}

/** The policy with its candidates evaluated; reading the definition has filled in every default. */
function policyOf(turn: Turn, given: JsonObject, sight: Sight): PolicySpec {
  const { mode, n } = given;
  const value = turn.run.evaluator.template(given, sight);
  const policy: PolicySpec = {
    mode: mode === 'all' || mode === 'quorum' ? mode : 'any',
    ...(typeof n === 'number' ? { n } : {}),
    candidates: { users: candidateNames(value, 'users'), roles: candidateNames(value, 'roles') },
    excludeRequester: given['excludeRequester'] !== false,
  };
  if (policy.candidates.users.length + policy.candidates.roles.length > 0) return policy;
  const detail =
    'The policy of the human task names no candidate, so nobody could ever decide it; give "candidates.users" or "candidates.roles".';
  throw new TaskFault(failure('validation', detail));
}

/** The users or roles that an evaluated policy names; throws a TaskFault when they are no names. */
export function candidateNames(policy: Json, key: 'users' | 'roles'): readonly string[] {
  const candidates = isObject(policy) ? own(policy, 'candidates') : null;
  const value = isObject(candidates) ? (own(candidates, key) ?? []) : [];
  const list = isArray(value) ? value : [value];
  const texts = list.filter((name): name is string => typeof name === 'string' && name !== '');
  if (texts.length === list.length) return [...new Set(texts)];
  throw new TaskFault(failure('expression', `"with.policy.candidates.${key}" must give a list of names.`));
}
