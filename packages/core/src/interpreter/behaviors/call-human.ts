import type { CallHumanTask, HumanAction, PolicySpec, Template } from '../../definition/definition.ts';
import { errorType, failure } from '../../failure.ts';
import { isObject, own, type Json, type JsonObject } from '../../json.ts';
import type { HumanTaskRequest } from '../commands.ts';
import { TaskFault, type Sight } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { instant, report, stepOf, unexpected, type Turn } from '../turn.ts';
import { idempotencyKey } from '../visits.ts';
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
    if (!isObject(result)) throw new TaskFault(unexpected('A human task', result));
    const { humanTaskId, ...output } = result;
    const outcome = own(result, 'outcome');
    if (typeof humanTaskId !== 'string' || typeof outcome !== 'string') {
      throw new TaskFault(unexpected('A human task', result));
    }
    report(turn, { type: 'human_task.decided', step: stepOf(turn, frame), humanTaskId, outcome });
    if (outcome !== 'approve' && callOf(turn, frame).onReject === 'raise')
      throw new TaskFault(refusal(outcome));
    return output;
  },
  progress(turn, frame, news) {
    if (news.kind !== 'human-task-opened') return;
    const step = stepOf(turn, frame);
    const { humanTaskId } = news;
    report(turn, { type: 'human_task.opened', step, humanTaskId });
    const { body } = frame;
    const until =
      body.kind === 'call' && body.command.kind === 'open-human-task'
        ? body.command.task.expiresAt
        : undefined;
    report(turn, {
      type: 'step.waiting',
      step,
      waitKind: 'human',
      humanTaskId,
      ...(until === undefined ? {} : { until }),
    });
  },
});

function refusal(outcome: string): ReturnType<typeof failure> {
  return failure('authorization', `The human task ended with "${outcome}", not with an approval.`, {
    type: errorType('authorization'),
    title: 'Not approved',
  });
}

function callOf(turn: Turn, frame: Frame): CallHumanTask['with'] {
  const task = turn.run.item(frame.pointer)?.task;
  if (task?.kind !== 'call-human') throw new Error(`The task at ${frame.pointer} asks no human.`);
  return task.with;
}

function requestOf(turn: Turn, frame: Frame): HumanTaskRequest {
  const call = callOf(turn, frame);
  const sight = bodySight(turn, frame);
  const { evaluator } = turn.run;
  const text = (template: Template, what: string): string => {
    const value = evaluator.text(template, sight);
    // PostgreSQL keeps no NUL and no half of a surrogate pair in text.
    if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\uFFFD');
    throw new TaskFault(
      failure('expression', `"with.${what}" must give text; it gave ${JSON.stringify(value).slice(0, 100)}.`),
    );
  };
  const visit = frame.place.at(-1)?.visit ?? 0;
  return {
    kind: call.humanKind,
    title: text(call.title, 'title'),
    ...(call.body === undefined ? {} : { body: text(call.body, 'body') }),
    ...(call.context === undefined ? {} : { context: evaluator.template(call.context, sight) }),
    ...(call.form === undefined ? {} : { form: call.form }),
    actions: call.actions.map(plainAction),
    policy: policyOf(turn, call.policy, sight),
    ...(call.priority === undefined ? {} : { priority: call.priority }),
    ...(call.due === undefined ? {} : { dueAt: instant(turn.at + evaluator.duration(call.due, sight)) }),
    ...(call.expires === undefined
      ? {}
      : { expiresAt: instant(turn.at + evaluator.duration(call.expires, sight)) }),
    onExpire: 'reject',
    visit,
  };
}

function plainAction(action: HumanAction): HumanAction {
  return { ...action };
}

function policyOf(turn: Turn, template: JsonObject, sight: Sight): PolicySpec {
  const value = turn.run.evaluator.template(template, sight);
  if (!isObject(value)) throw new TaskFault(failure('expression', '"with.policy" must give an object.'));
  const candidates = own(value, 'candidates') ?? {};
  const people = isObject(candidates) ? candidates : {};
  const mode = own(value, 'mode') ?? 'any';
  const n = own(value, 'n');
  const policy: PolicySpec = {
    mode: mode === 'all' || mode === 'quorum' ? mode : 'any',
    ...(typeof n === 'number' ? { n } : {}),
    candidates: { users: names(people, 'users'), roles: names(people, 'roles') },
    excludeRequester: own(value, 'excludeRequester') !== false,
  };
  if (policy.candidates.users.length + policy.candidates.roles.length > 0) return policy;
  const detail =
    'The policy of the human task names no candidate, so nobody could ever decide it; give "candidates.users" or "candidates.roles".';
  throw new TaskFault(failure('validation', detail));
}

function names(people: JsonObject, key: 'users' | 'roles'): readonly string[] {
  const value: Json = own(people, key) ?? [];
  const list = Array.isArray(value) ? value : [value];
  const texts = list.filter((name): name is string => typeof name === 'string' && name !== '');
  if (texts.length === list.length) return [...new Set(texts)];
  throw new TaskFault(failure('expression', `"with.policy.candidates.${key}" must give a list of names.`));
}
