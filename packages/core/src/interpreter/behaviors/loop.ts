import type { ForTask } from '../../definition/definition.ts';
import { failure } from '../../failure.ts';
import type { Json } from '../../json.ts';
import type { Behavior } from '../behavior.ts';
import { TaskFault } from '../expressions.ts';
import { bodySight, cancelBelow } from '../lifecycle.ts';
import type { Body, Cursor, Frame } from '../state.ts';
import { dropFrame, findFrame, push, putBody, putFrame, type Turn } from '../turn.ts';
import { forgetRound, placeUnder, recordRounds, roundSegment } from '../visits.ts';
import { beginAt, completeRun, nextOf } from './sequence.ts';

type Loop = Extract<Body, { kind: 'for' }>;

/** `for`: one round an item, one by one or in a window of `metadata.baton.concurrency` rounds. */
export const forBehavior: Behavior = {
  begin(turn, frame) {
    const items = itemsOf(turn, frame);
    putBody(turn, frame, { kind: 'for', items, nextIndex: 0, open: [], data: frame.input, outputs: [] });
    push(turn, { do: 'iterate', parent: frame.id });
  },
  iterate(turn, frame) {
    const { body } = frame;
    if (body.kind !== 'for') return;
    const { concurrency } = taskOf(turn, frame);
    if (body.open.length < concurrency && goesOn(turn, frame, body)) return beginRound(turn, frame, body);
    if (body.open.length === 0) finishLoop(turn, frame, body);
  },
  closed(turn, frame) {
    if (frame.body.kind !== 'for') return;
    const open = new Set(frame.body.open);
    const rounds = Array.from({ length: frame.body.nextIndex }, (_, index) => index);
    recordRounds(
      turn,
      frame,
      rounds.filter((index) => !open.has(index)),
    );
  },
};

/** One round of a `for`: its tasks one after the other, with the item and its index as variables. */
export const iterationBehavior: Behavior = {
  begin() {
    // A round begins with its frame; there is nothing of its own to do.
  },
  childDone(turn, frame, { output, then }) {
    if (then === 'end') return completeRun(turn, output);
    if (frame.body.kind !== 'scope') return;
    const next = nextOf(turn.run.list(frame.pointer, 'do'), frame.body.cursor, then);
    if (next.kind === 'left') return endRound(turn, frame, { output, exit: next.exit });
    putBody(turn, frame, { kind: 'scope', cursor: next.cursor });
    beginAt(turn, frame, { cursor: next.cursor, input: output });
  },
};

function taskOf(turn: Turn, frame: Frame): ForTask {
  const task = turn.run.item(frame.pointer)?.task;
  if (task?.kind !== 'for') throw new Error(`The task at ${frame.pointer} is no for.`);
  return task;
}

function itemsOf(turn: Turn, frame: Frame): readonly Json[] {
  const source = taskOf(turn, frame).in;
  const sight = bodySight(turn, frame);
  const { evaluator } = turn.run;
  const items =
    'expression' in source
      ? evaluator.expression(source.expression, sight)
      : evaluator.template(source.template, sight);
  if (Array.isArray(items)) return items;
  const shown = 'expression' in source ? `"${source.expression}"` : 'list';
  const detail = `"for.in" needs an array, but ${shown} gave ${JSON.stringify(items).slice(0, 100)}.`;
  throw new TaskFault(failure('expression', detail));
}

function goesOn(turn: Turn, frame: Frame, body: Loop): boolean {
  if (body.nextIndex >= body.items.length) return false;
  const task = taskOf(turn, frame);
  if (task.while === undefined) return true;
  const input = inputOfRound(task, frame, body);
  const sight = bodySight(turn, { ...frame, variables: roundVariables(task, frame, body), input });
  return turn.run.evaluator.condition(task.while, sight);
}

function roundVariables(task: ForTask, frame: Frame, body: Loop): Frame['variables'] {
  return { ...frame.variables, [task.each]: body.items[body.nextIndex] ?? null, [task.at]: body.nextIndex };
}

/** Rounds that run side by side cannot hand data on: each gets the loop's input. */
function inputOfRound(task: ForTask, frame: Frame, body: Loop): Json {
  return task.concurrency === 1 ? body.data : frame.input;
}

function beginRound(turn: Turn, frame: Frame, body: Loop): void {
  const task = taskOf(turn, frame);
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
    rawInput: input,
    input,
    startedAt: turn.at,
    body: { kind: 'scope', cursor },
  });
  putBody(turn, frame, { ...body, nextIndex: body.nextIndex + 1, open: [...body.open, body.nextIndex] });
  push(turn, { do: 'iterate', parent: frame.id });
  if (!beginAt(turn, round, { cursor, input })) endRound(turn, round, { output: input, exit: false });
}

/** `exit` leaves the loop: the scope of a `for` is the loop, not the round. */
function endRound(turn: Turn, round: Frame, ended: { output: Json; exit: boolean }): void {
  dropFrame(turn, round.id);
  const loop = findFrame(turn, round.parent);
  if (loop?.body.kind !== 'for' || round.iteration === undefined) return;
  const index = round.iteration;
  forgetRound(turn, loop, index);
  const outputs = taskOf(turn, loop).concurrency === 1 ? [] : placed(loop.body.outputs, index, ended.output);
  const open = loop.body.open.filter((other) => other !== index);
  const body: Loop = { ...loop.body, open, outputs, data: ended.output };
  const frame = putBody(turn, loop, body);
  if (!ended.exit) return push(turn, { do: 'iterate', parent: loop.id });
  cancelBelow(turn, frame);
  finishLoop(turn, frame, body);
}

function placed(outputs: readonly Json[], index: number, output: Json): readonly Json[] {
  const next = [...outputs];
  while (next.length <= index) next.push(null);
  next[index] = output;
  return next;
}

function finishLoop(turn: Turn, frame: Frame, body: Loop): void {
  const side = taskOf(turn, frame).concurrency > 1;
  const output = side ? body.outputs : body.data;
  push(turn, { do: 'finish', frame: frame.id, output });
}
