import type { ListenTask } from '../../definition/definition.ts';
import { isObject, jsonEquals, own, type Json, type JsonObject } from '../../json.ts';
import { readTemplateString } from '../../definition/expression-text.ts';
import type { Behavior } from '../behavior.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { findFrame, push, putBody, report, stepOf, type Turn } from '../turn.ts';

/** `listen`: waits for CloudEvents; those that came before it began and nobody took are offered first. */
export const listenBehavior: Behavior = {
  begin(turn, frame) {
    putBody(turn, frame, { kind: 'listen', taken: {} });
    const left: JsonObject[] = [];
    for (const event of turn.draft.inbox) {
      if (!offer(turn, frame.id, event)) left.push(event);
    }
    turn.draft.inbox = left;
    const current = findFrame(turn, frame.id);
    if (current?.body.kind === 'listen') {
      report(turn, { type: 'step.waiting', step: stepOf(turn, frame), waitKind: 'event' });
    }
  },
  offered: (turn, frame, event) => offer(turn, frame.id, event),
};

function taskOf(turn: Turn, frame: Frame): ListenTask {
  const task = turn.run.item(frame.pointer)?.task;
  if (task?.kind !== 'listen') throw new Error(`The task at ${frame.pointer} is no listen.`);
  return task;
}

function offer(turn: Turn, id: number, event: JsonObject): boolean {
  const frame = findFrame(turn, id);
  if (frame?.body.kind !== 'listen') return false;
  const task = taskOf(turn, frame);
  const { taken } = frame.body;
  const free = task.filters.findIndex((filter, index) => {
    return !Object.hasOwn(taken, String(index)) && matchesEvent(turn, frame, { filter: filter.with, event });
  });
  // `any` without filters takes whatever comes.
  const slot = free < 0 && task.mode === 'any' && task.filters.length === 0 ? 0 : free;
  if (slot < 0) return false;
  const all: Readonly<Record<string, JsonObject>> = { ...taken, [slot]: event };
  const needed = task.mode === 'all' ? task.filters.length : 1;
  if (Object.keys(all).length < needed) {
    putBody(turn, frame, { kind: 'listen', taken: all });
    return true;
  }
  putBody(turn, frame, { kind: 'leaf' });
  const output = Object.entries(all)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, each]) => readEvent(task.read, each));
  push(turn, { do: 'finish', frame: frame.id, output });
  return true;
}

function readEvent(read: ListenTask['read'], event: JsonObject): Json {
  return read === 'data' ? (own(event, 'data') ?? null) : event;
}

function matchesEvent(turn: Turn, frame: Frame, match: { filter: JsonObject; event: JsonObject }): boolean {
  return Object.entries(match.filter).every(([name, wanted]) => {
    const actual = own(match.event, name);
    if (actual === undefined) return false;
    return matchesValue(turn, frame, { wanted, actual });
  });
}

/** An expression sees the attribute as `.`: a boolean result decides, any other is compared. */
function matchesValue(turn: Turn, frame: Frame, pair: { wanted: Json; actual: Json }): boolean {
  const { wanted, actual } = pair;
  if (typeof wanted === 'string') {
    const read = readTemplateString(wanted);
    if (read.kind !== 'expression') return wanted === actual;
    const result = turn.run.evaluator.expression(read.expression, {
      ...bodySight(turn, frame),
      input: actual,
    });
    return typeof result === 'boolean' ? result : jsonEquals(result, actual);
  }
  if (isObject(wanted) && isObject(actual)) {
    return Object.entries(wanted).every(([key, value]) => {
      const inner = own(actual, key);
      return inner !== undefined && matchesValue(turn, frame, { wanted: value, actual: inner });
    });
  }
  return jsonEquals(wanted, actual);
}
