import type { TaskFields, TaskItem } from '../definition/definition.ts';
import type { Problem } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Behavior, BehaviorKind } from './behavior.ts';
import { applyTransform, checkSchema, checkSize } from './data.ts';
import { TaskFault, type Sight } from './expressions.ts';
import { dateVariable } from './load.ts';
import type { Frame, Outcome } from './state.ts';
import {
  dropFrame,
  fault,
  findFrame,
  putFrame,
  push,
  report,
  scopeVariables,
  startTimer,
  stepOf,
  takeBack,
  type Turn,
} from './turn.ts';
import { placeUnder, recordVisit } from './visits.ts';

/** What a task that begins is told. */
export interface BeginParams {
  readonly parent: Frame;
  readonly pointer: string;
  readonly input: Json;
}

/**
 * Begins a task: `if`, then input schema, `input.from`, time-out, body.
 * A skipped task hands its raw input on.
 */
export function beginTask(turn: Turn, params: BeginParams): void {
  const { parent, pointer, input } = params;
  const item = turn.run.item(pointer);
  if (item === undefined) throw new Error(`The definition has no task at ${pointer}.`);
  const frame = newFrame(turn, params, item);
  guard(turn, frame, () => {
    const sight = sightOf(turn, frame, { task: item, input });
    if (item.task.if !== undefined && !turn.run.evaluator.condition(item.task.if, sight)) {
      report(turn, { type: 'step.skipped', step: stepOf(turn, frame) });
      dropFrame(turn, frame.id);
      childDone(turn, { parent: parent.id, child: frame, output: input, then: 'continue' });
      return;
    }
    startBody(turn, frame, item);
  });
}

function newFrame(turn: Turn, params: BeginParams, item: TaskItem): Frame {
  const { parent, pointer, input } = params;
  const id = turn.draft.nextStep;
  turn.draft.nextStep += 1;
  return putFrame(turn, {
    id,
    parent: parent.id,
    pointer,
    place: placeUnder(turn.draft.visits, parent.place, segmentOf(pointer, parent, item)),
    step: id,
    variables: parent.variables,
    ...(parent.iteration === undefined ? {} : { iteration: parent.iteration }),
    rawInput: input,
    input,
    startedAt: turn.at,
    body: { kind: 'leaf' },
  });
}

/** A place's segment: the task's pointer from its parent on, so that equal names in `try` and `catch` differ. */
function segmentOf(pointer: string, parent: Frame, item: TaskItem): string {
  return pointer.startsWith(parent.pointer) ? pointer.slice(parent.pointer.length) : item.name;
}

function startBody(turn: Turn, begun: Frame, item: TaskItem): void {
  const { task } = item;
  let started = false;
  const start = (input: Json): void => {
    started = true;
    report(turn, { type: 'step.started', step: stepOf(turn, begun), input });
  };
  try {
    const sight = sightOf(turn, begun, { task: item, input: begun.rawInput });
    checkSchema(turn, task.input, { value: begun.rawInput, what: 'input' });
    const input = applyTransform(turn, task.input, sight);
    checkSize(turn, input, 'input');
    start(input);
    const frame = putFrame(turn, withDeadline(turn, { ...begun, input }, task));
    turn.run.behaviors[task.kind].begin(turn, frame, item);
  } finally {
    // A step whose input cannot be made is still a step that began.
    if (!started) start(begun.rawInput);
  }
}

function withDeadline(turn: Turn, frame: Frame, task: TaskFields): Frame {
  if (task.timeout === undefined) return frame;
  const item = turn.run.item(frame.pointer);
  const ms = turn.run.evaluator.duration(
    task.timeout,
    sightOf(turn, frame, { task: item, input: frame.input }),
  );
  return { ...frame, deadline: startTimer(turn, frame, { ms, purpose: 'timeout' }) };
}

/** What an expression of a task sees; `output` only once there is one. */
export function sightOf(
  turn: Turn,
  frame: Frame,
  seen: { task: TaskItem | undefined; input: Json; rawOutput?: Json; output?: Json },
): Sight {
  const task = {
    name: seen.task?.name ?? '',
    reference: frame.pointer,
    definition: turn.run.source(frame.pointer),
    input: frame.rawInput,
    startedAt: dateVariable(frame.startedAt),
    ...(seen.rawOutput === undefined ? {} : { output: seen.rawOutput }),
  };
  const variables = {
    ...scopeVariables(turn, frame),
    task,
    input: frame.input,
    output: seen.output ?? seen.rawOutput ?? null,
  };
  return { input: seen.input, variables };
}

/** What the body of a frame's task sees: its transformed input. */
export function bodySight(turn: Turn, frame: Frame): Sight {
  return sightOf(turn, frame, { task: turn.run.item(frame.pointer), input: frame.input });
}

/** Ends a task well: `output.as`, output schema, `export.as`, context schema, then its parent goes on. */
export function finishTask(
  turn: Turn,
  frame: Frame,
  ended: { output: Json; then: string | undefined },
): void {
  const item = turn.run.item(frame.pointer);
  if (item === undefined) throw new Error(`The definition has no task at ${frame.pointer}.`);
  const { task } = item;
  guard(turn, frame, () => {
    const raw = sightOf(turn, frame, { task: item, input: ended.output, rawOutput: ended.output });
    const output = applyTransform(turn, task.output, raw);
    checkSchema(turn, task.output, { value: output, what: 'output' });
    checkSize(turn, output, 'output');
    exportContext(turn, frame, { item, rawOutput: ended.output, output });
    closeTimer(turn, frame);
    recordVisit(turn, frame);
    report(turn, { type: 'step.completed', step: stepOf(turn, frame), output });
    dropFrame(turn, frame.id);
    childDone(turn, {
      parent: frame.parent,
      child: frame,
      output,
      then: ended.then ?? task.then ?? 'continue',
    });
  });
}

function exportContext(
  turn: Turn,
  frame: Frame,
  ended: { item: TaskItem; rawOutput: Json; output: Json },
): void {
  const { export: hook } = ended.item.task;
  if (hook.transform === undefined && hook.schema === undefined) return;
  const { rawOutput, output } = ended;
  const sight = sightOf(turn, frame, { task: ended.item, input: output, rawOutput, output });
  const context = hook.transform === undefined ? turn.draft.context : applyTransform(turn, hook, sight);
  checkSchema(turn, hook, { value: context, what: 'context' });
  checkSize(turn, context, 'context');
  turn.draft.context = context;
}

/** Ends a task badly: what is open below it is canceled, then its parent decides. */
export function faultTask(turn: Turn, frame: Frame, error: Problem): void {
  cancelBelow(turn, frame);
  closeTimer(turn, frame);
  closeBody(turn, frame);
  if (frame.id === 0) {
    endRun(turn, { status: 'faulted', error });
    return;
  }
  if (isStep(frame)) report(turn, { type: 'step.faulted', step: stepOf(turn, frame), error });
  dropFrame(turn, frame.id);
  const parent = findFrame(turn, frame.parent);
  if (parent === undefined) return;
  const { childFaulted } = behaviorOf(turn, parent);
  if (childFaulted === undefined) fault(turn, parent, error);
  else guard(turn, parent, () => childFaulted(turn, parent, { child: frame, error }));
}

/** Tells the parent of an ended child; a parent that has ended meanwhile does not care. */
function childDone(turn: Turn, done: { parent: number; child: Frame; output: Json; then: string }): void {
  const parent = findFrame(turn, done.parent);
  if (parent === undefined) return;
  guard(turn, parent, () => {
    behaviorOf(turn, parent).childDone?.(turn, parent, done);
  });
}

/** How a frame behaves: as its task's kind says, or as the run, or as an iteration. */
export function behaviorOf(turn: Turn, frame: Frame): Behavior {
  return turn.run.behaviors[kindOf(turn, frame)];
}

function kindOf(turn: Turn, frame: Frame): BehaviorKind {
  if (frame.id === 0) return 'run';
  if (!isStep(frame)) return 'iteration';
  return turn.run.item(frame.pointer)?.task.kind ?? 'run';
}

/** Iterations have frames but are no steps. */
export function isStep(frame: Frame): boolean {
  return frame.step === frame.id;
}

/** Cancels everything below a frame, deepest first, and forgets it. */
export function cancelBelow(turn: Turn, frame: Frame): void {
  for (const child of Object.values(turn.draft.frames)) {
    if (child.parent !== frame.id || child.id === frame.id) continue;
    cancelFrame(turn, child);
  }
}

/** Cancels one frame with all below it. */
export function cancelFrame(turn: Turn, frame: Frame): void {
  cancelBelow(turn, frame);
  closeTimer(turn, frame);
  closeBody(turn, frame);
  if (isStep(frame)) report(turn, { type: 'step.canceled', step: stepOf(turn, frame) });
  dropFrame(turn, frame.id);
}

function closeTimer(turn: Turn, frame: Frame): void {
  if (frame.deadline !== undefined) takeBack(turn, frame.deadline);
}

/** Takes back what a frame's body has asked for. */
function closeBody(turn: Turn, frame: Frame): void {
  const { body } = frame;
  if (body.kind === 'wait') takeBack(turn, body.timer);
  if (body.kind === 'call' && body.phase === 'calling') takeBack(turn, body.command.id);
  if ((body.kind === 'call' || body.kind === 'try') && body.timer !== undefined) takeBack(turn, body.timer);
  if (body.kind === 'try' && body.roundTimer !== undefined) takeBack(turn, body.roundTimer);
  behaviorOf(turn, frame).closed?.(turn, frame);
}

/** Ends the run: whatever is open is canceled and nothing begins any more. */
export function endRun(turn: Turn, outcome: Outcome): void {
  const root = findFrame(turn, 0);
  if (root !== undefined) {
    cancelBelow(turn, root);
    closeTimer(turn, root);
    dropFrame(turn, 0);
  }
  turn.work.length = 0;
  turn.draft.outcome = outcome;
  turn.draft.inbox = [];
  const { usage } = turn.draft;
  if (outcome.status === 'completed') report(turn, { type: 'run.completed', output: outcome.output, usage });
  else if (outcome.status === 'faulted') report(turn, { type: 'run.faulted', error: outcome.error, usage });
  else report(turn, { type: 'run.canceled', reason: outcome.reason, usage });
}

/** Runs a piece of a task; a problem it throws faults the task. */
export function guard(turn: Turn, frame: Frame, piece: () => void): void {
  try {
    piece();
  } catch (error) {
    if (!(error instanceof TaskFault)) throw error;
    const current = findFrame(turn, frame.id) ?? frame;
    if (findFrame(turn, frame.id) === undefined) putFrame(turn, current);
    fault(turn, current, error.problem);
  }
}

/** Queues the begin of a task in a frame's scope. */
export function beginLater(turn: Turn, params: BeginParams): void {
  push(turn, { do: 'begin', parent: params.parent.id, pointer: params.pointer, input: params.input });
}
