import { failure, type Problem } from '../../failure.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { TaskBehavior } from '../behavior.ts';
import { checkSize } from '../data.ts';
import { TaskFault } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import { instant, push, putBody, report, shown, startTimer, stepOf, taskAt } from '../turn.ts';
import { idempotencyKey, recordDelivery } from '../visits.ts';

/** `set`: the value replaces the data. */
export const setBehavior: TaskBehavior = {
  begin(turn, frame) {
    const { value } = taskAt(turn, frame, 'set');
    const output = turn.run.evaluator.template(value, bodySight(turn, frame));
    push(turn, { do: 'finish', frame: frame.id, output });
  },
};

/** `switch`: the first case that holds says where to go on; the data stays as it is. */
export const switchBehavior: TaskBehavior = {
  begin(turn, frame) {
    const { cases } = taskAt(turn, frame, 'switch');
    const sight = bodySight(turn, frame);
    const chosen =
      cases.find(({ when }) => when !== undefined && turn.run.evaluator.condition(when, sight)) ??
      cases.find(({ when }) => when === undefined);
    const then = chosen === undefined ? {} : { then: chosen.then };
    push(turn, { do: 'finish', frame: frame.id, output: frame.input, ...then });
  },
};

/** `raise`: faults with the error that is given. */
export const raiseBehavior: TaskBehavior = {
  begin(turn, frame) {
    const { type, status, title, detail, instance } = taskAt(turn, frame, 'raise').error;
    const sight = bodySight(turn, frame);
    const text = (value: Json): string => {
      const given = turn.run.evaluator.text(value, sight);
      return typeof given === 'string' ? given : JSON.stringify(given);
    };
    const error: Problem = {
      type,
      status,
      ...(title === undefined ? {} : { title: text(title) }),
      ...(detail === undefined ? {} : { detail: text(detail) }),
      instance: instance ?? frame.pointer,
    };
    checkSize(turn, error, 'raised error');
    throw new TaskFault(error);
  },
};

/** `wait`: a timer. */
export const waitBehavior: TaskBehavior = {
  begin(turn, frame) {
    const { duration } = taskAt(turn, frame, 'wait');
    const ms = turn.run.evaluator.duration(duration, bodySight(turn, frame));
    const timer = startTimer(turn, frame, { ms, purpose: 'wait' });
    putBody(turn, frame, { kind: 'wait', timer });
    const until = instant(turn.at + ms);
    report(turn, { type: 'step.waiting', step: stepOf(turn, frame), waitKind: 'timer', until });
  },
  fired(turn, frame) {
    // The timer has fired, so there is nothing left to take back.
    putBody(turn, frame, { kind: 'leaf' });
    push(turn, { do: 'finish', frame: frame.id, output: frame.input });
  },
};

/** `emit`: reports a CloudEvent; id and time are given when the definition has none. */
export const emitBehavior: TaskBehavior = {
  begin(turn, frame) {
    const { event: template } = taskAt(turn, frame, 'emit');
    const given = turn.run.evaluator.template(template, bodySight(turn, frame));
    if (!isObject(given) || typeof given['type'] !== 'string') {
      const detail = `"emit.event.with" needs a "type" that is text; it gave ${shown(given)}.`;
      throw new TaskFault(failure('validation', detail));
    }
    const { workspaceId, runId } = turn.run.snapshot;
    const event: JsonObject = {
      specversion: '1.0',
      id: idempotencyKey(turn, frame, 'emit'),
      time: instant(turn.at),
      source: `/workspaces/${workspaceId}/runs/${runId}`,
      ...given,
    };
    checkSize(turn, event, 'event');
    recordDelivery(turn, frame);
    report(turn, { type: 'event.emitted', step: stepOf(turn, frame), event });
    push(turn, { do: 'finish', frame: frame.id, output: event });
  },
};
