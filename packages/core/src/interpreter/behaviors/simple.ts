import { errorType, failure } from '../../failure.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { Behavior } from '../behavior.ts';
import { TaskFault } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import { instant, push, putBody, report, startTimer, stepOf } from '../turn.ts';
import { idempotencyKey } from '../visits.ts';

/** `set`: the value replaces the data. */
export const setBehavior: Behavior = {
  begin(turn, frame, { task }) {
    if (task.kind !== 'set') return;
    const output = turn.run.evaluator.template(task.value, bodySight(turn, frame));
    push(turn, { do: 'finish', frame: frame.id, output });
  },
};

/** `switch`: the first case that holds says where to go on; the data stays as it is. */
export const switchBehavior: Behavior = {
  begin(turn, frame, { task }) {
    if (task.kind !== 'switch') return;
    const sight = bodySight(turn, frame);
    const chosen =
      task.cases.find(({ when }) => when !== undefined && turn.run.evaluator.condition(when, sight)) ??
      task.cases.find(({ when }) => when === undefined);
    push(turn, {
      do: 'finish',
      frame: frame.id,
      output: frame.input,
      ...(chosen === undefined ? {} : { then: chosen.then }),
    });
  },
};

/** `raise`: faults with the error that is given. */
export const raiseBehavior: Behavior = {
  begin(turn, frame, { task }) {
    if (task.kind !== 'raise') return;
    const { type, status, title, detail, instance } = task.error;
    const sight = bodySight(turn, frame);
    const text = (value: Json): string => {
      const given = turn.run.evaluator.text(value, sight);
      return typeof given === 'string' ? given : JSON.stringify(given);
    };
    throw new TaskFault({
      type,
      status,
      ...(title === undefined ? {} : { title: text(title) }),
      ...(detail === undefined ? {} : { detail: text(detail) }),
      instance: instance ?? frame.pointer,
    });
  },
};

/** `wait`: a timer. */
export const waitBehavior: Behavior = {
  begin(turn, frame, { task }) {
    if (task.kind !== 'wait') return;
    const ms = turn.run.evaluator.duration(task.duration, bodySight(turn, frame));
    const timer = startTimer(turn, frame, { ms, purpose: 'wait' });
    putBody(turn, frame, { kind: 'wait', timer });
    report(turn, {
      type: 'step.waiting',
      step: stepOf(turn, frame),
      waitKind: 'timer',
      until: instant(turn.at + ms),
    });
  },
  fired(turn, frame) {
    // The timer has fired, so there is nothing left to take back.
    putBody(turn, frame, { kind: 'leaf' });
    push(turn, { do: 'finish', frame: frame.id, output: frame.input });
  },
};

/** `emit`: reports a CloudEvent; id and time are given when the definition has none. */
export const emitBehavior: Behavior = {
  begin(turn, frame, { task }) {
    if (task.kind !== 'emit') return;
    const given = turn.run.evaluator.template(task.event, bodySight(turn, frame));
    if (!isObject(given) || typeof given['type'] !== 'string') {
      const detail = `"emit.event.with" needs a "type" that is text; it gave ${JSON.stringify(given).slice(0, 100)}.`;
      throw new TaskFault({ ...failure('validation', detail), type: errorType('validation') });
    }
    const { workspaceId, runId } = turn.run.snapshot;
    const event: JsonObject = {
      specversion: '1.0',
      id: idempotencyKey(turn, frame, 'emit'),
      time: instant(turn.at),
      source: `/workspaces/${workspaceId}/runs/${runId}`,
      ...given,
    };
    report(turn, { type: 'event.emitted', step: stepOf(turn, frame), event });
    push(turn, { do: 'finish', frame: frame.id, output: event });
  },
};
