import type { ForTask } from '../../definition/definition.ts';
import { failure } from '../../failure.ts';
import { isArray, type Json } from '../../json.ts';
import type { Behavior, TaskBehavior } from '../behavior.ts';
import { checkSize } from '../data.ts';
import { TaskFault } from '../expressions.ts';
import { bodySight, cancelBelow } from '../lifecycle.ts';
import type { Body, Cursor, Frame } from '../state.ts';
import { bodyOf, dropFrame, frameAt, push, putBody, putFrame, shown, taskAt, type Turn } from '../turn.ts';
import { forgetRound, placeUnder, recordLoop, recordRounds, roundSegment } from '../visits.ts';
import { beginAt, sequenceBehavior } from './sequence.ts';

type Loop = Extract<Body, { kind: 'for' }>;

/** `for`: one round an item, one by one or in a window of `metadata.baton.concurrency` rounds. */
export const forBehavior: TaskBehavior = {
  begin(turn, frame) {
    const items = itemsOf(turn, frame);
    checkSize(turn, items, 'list of the loop');
    putBody(turn, frame, { kind: 'for', items, nextIndex: 0, open: [], data: frame.input, outputs: [] });
    iterateLater(turn, frame);
  },
  iterate(turn, frame) {
    const body = bodyOf(frame, 'for');
    const { concurrency } = taskAt(turn, frame, 'for');
    if (body.open.length >= concurrency) return;
    if (body.nextIndex < body.items.length && goesOn(turn, frame, body)) return beginRound(turn, frame, body);
    if (body.open.length === 0) return finishLoop(turn, frame, body);
    // Once `while` was false no round begins any more, whatever the rounds that are open bring.
    putBody(turn, frame, { ...body, items: body.items.slice(0, body.nextIndex) });
  },
  finished(turn, frame) {
    recordLoop(turn, frame, finishedRounds(bodyOf(frame, 'for')));
  },
  closed(turn, frame) {
    if (frame.body.kind === 'for') recordRounds(turn, frame, finishedRounds(frame.body));
  },
};

/** One round of a `for`: its tasks one after the other, with the item and its index as variables. */
export const iterationBehavior: Behavior = sequenceBehavior(endRound);

function finishedRounds({ nextIndex, open }: Loop): readonly number[] {
  const unfinished = new Set(open);
  return Array.from({ length: nextIndex }, (_, index) => index).filter((index) => !unfinished.has(index));
}

function itemsOf(turn: Turn, frame: Frame): readonly Json[] {
  const source = taskAt(turn, frame, 'for').in;
  const sight = bodySight(turn, frame);
  const { evaluator } = turn.run;
  const given =
    'expression' in source
      ? { items: evaluator.expression(source.expression, sight), of: `"${source.expression.trim()}"` }
      : { items: evaluator.template(source.template, sight), of: 'the list' };
  const { items } = given;
  if (isArray(items)) return items;
  const detail = `"for.in" needs an array, but ${given.of} gave ${shown(items)}.`;
  throw new TaskFault(failure('expression', detail));
}

function goesOn(turn: Turn, frame: Frame, body: Loop): boolean {
  const task = taskAt(turn, frame, 'for');
  if (task.while === undefined) return true;
  const input = inputOfRound(task, frame, body);
  const sight = bodySight(turn, { ...frame, variables: roundVariables(task, frame, body), input });
  return turn.run.evaluator.condition(task.while, sight);
}

function roundVariables(task: ForTask, frame: Frame, body: Loop): Frame['variables'] {
  const item = body.items[body.nextIndex] ?? null;
  return { ...frame.variables, [task.each]: item, [task.at]: body.nextIndex };
}

/** Rounds that run side by side cannot hand data on: each gets the loop's input. */
function inputOfRound(task: ForTask, frame: Frame, body: Loop): Json {
  return task.concurrency === 1 ? body.data : frame.input;
}

function beginRound(turn: Turn, frame: Frame, body: Loop): void {
  const task = taskAt(turn, frame, 'for');
  const input = inputOfRound(task, frame, body);
  const id = turn.draft.nextStep;
  turn.draft.nextStep += 1;
  const cursor: Cursor = { list: 'do', index: 0 };
  const round = putFrame(turn, {
    id,
    parent: frame.id,
    pointer: frame.pointer,
    place: placeUnder(turn.draft.visits, frame.place, roundSegment(body.nextIndex)),
    step: frame.step,
    variables: roundVariables(task, frame, body),
    iteration: body.nextIndex,
    input,
    startedAt: turn.at,
    body: { kind: 'scope', cursor },
  });
  putBody(turn, frame, { ...body, nextIndex: body.nextIndex + 1, open: [...body.open, body.nextIndex] });
  iterateLater(turn, frame);
  beginAt(turn, round, { cursor, input });
}

/** Looks for the next round once what was queued above is done. */
function iterateLater(turn: Turn, { id }: Frame): void {
  const queued = turn.work.some((action) => action.do === 'iterate' && action.frame === id);
  if (!queued) push(turn, { do: 'iterate', frame: id });
}

/** `exit` leaves the loop: the scope of a `for` is the loop, not the round. */
function endRound(turn: Turn, round: Frame, ended: { output: Json; exit: boolean }): void {
  dropFrame(turn, round.id);
  const loop = frameAt(turn, round.parent);
  const before = bodyOf(loop, 'for');
  const index = Number(round.iteration);
  forgetRound(turn, loop, index);
  const open = before.open.filter((other) => other !== index);
  const { output } = ended;
  const body: Loop = isWindowed(turn, loop)
    ? { ...before, open, outputs: placed(before.outputs, index, output) }
    : { ...before, open, data: output };
  const frame = putBody(turn, loop, body);
  if (!ended.exit) return iterateLater(turn, loop);
  cancelBelow(turn, frame);
  finishLoop(turn, frame, body);
}

function isWindowed(turn: Turn, loop: Frame): boolean {
  return taskAt(turn, loop, 'for').concurrency > 1;
}

function placed(outputs: readonly Json[], index: number, output: Json): readonly Json[] {
  const gap = Array.from({ length: Math.max(0, index + 1 - outputs.length) }, () => null);
  return [...outputs, ...gap].with(index, output);
}

function finishLoop(turn: Turn, frame: Frame, body: Loop): void {
  const output = isWindowed(turn, frame) ? body.outputs : body.data;
  push(turn, { do: 'finish', frame: frame.id, output });
}
