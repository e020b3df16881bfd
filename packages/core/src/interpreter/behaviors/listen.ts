import type { ListenTask } from '../../definition/definition.ts';
import { readTemplateString } from '../../definition/expression-text.ts';
import { isObject, jsonEquals, own, type Json, type JsonObject } from '../../json.ts';
import type { TaskBehavior } from '../behavior.ts';
import { unlessFault } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { frameAt, push, putBody, report, stepOf, taskAt, type Turn } from '../turn.ts';

/** `listen`: waits for CloudEvents; those that came before it began and nobody took are offered first. */
export const listenBehavior: TaskBehavior = {
  begin(turn, frame) {
    putBody(turn, frame, { kind: 'listen', taken: {} });
    turn.draft.inbox = turn.draft.inbox.filter((event) => !offer(turn, frameAt(turn, frame.id), event));
    if (frameAt(turn, frame.id).body.kind === 'listen') {
      report(turn, { type: 'step.waiting', step: stepOf(turn, frame), waitKind: 'event' });
    }
  },
  offered: offer,
};

function offer(turn: Turn, frame: Frame, event: JsonObject): boolean {
  if (frame.body.kind !== 'listen') return false;
  const task = taskAt(turn, frame, 'listen');
  const { taken } = frame.body;
  const slot = task.filters.findIndex((filter, index) => {
    return !Object.hasOwn(taken, String(index)) && matchesEvent(turn, frame, { filter: filter.with, event });
  });
  if (slot < 0) return false;
  const all: Readonly<Record<string, JsonObject>> = { ...taken, [slot]: event };
  const needed = task.mode === 'all' ? task.filters.length : 1;
  if (Object.keys(all).length < needed) {
    putBody(turn, frame, { kind: 'listen', taken: all });
    return true;
  }
  putBody(turn, frame, { kind: 'leaf' });
  // Keys that are whole numbers are kept in their order, which is that of the filters.
  const output = Object.values(all).map((each) => readEvent(task.read, each));
  push(turn, { do: 'finish', frame: frame.id, output });
  return true;
}

function readEvent(read: ListenTask['read'], event: JsonObject): Json {
  return read === 'data' ? (own(event, 'data') ?? null) : event;
}

function matchesEvent(turn: Turn, frame: Frame, match: { filter: JsonObject; event: JsonObject }): boolean {
  return matchesValue(turn, frame, { wanted: match.filter, actual: match.event });
}

/** An expression sees the attribute as `.`: a boolean result decides, any other is compared. */
function matchesValue(turn: Turn, frame: Frame, pair: { wanted: Json; actual: Json }): boolean {
  const { wanted, actual } = pair;
  if (typeof wanted === 'string') {
    const read = readTemplateString(wanted);
    if (read.kind !== 'expression') return wanted === actual;
    return holds(turn, frame, { source: read.expression, actual });
  }
  if (!isObject(wanted) || !isObject(actual)) return jsonEquals(wanted, actual);
  return Object.entries(wanted).every(([key, value]) => {
    const inner = own(actual, key);
    return inner !== undefined && matchesValue(turn, frame, { wanted: value, actual: inner });
  });
}

function holds(turn: Turn, frame: Frame, test: { source: string; actual: Json }): boolean {
  const { source, actual } = test;
  const sight = { ...bodySight(turn, frame), input: actual };
  // Whoever can send an event must not be able to fault the run: one that the filter cannot judge does not match.
  return unlessFault(() => {
    const result = turn.run.evaluator.expression(source, sight);
    return typeof result === 'boolean' ? result : jsonEquals(result, actual);
  }, false);
}
