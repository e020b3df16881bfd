import type { DataHook, TaskItem } from '../definition/definition.ts';
import { storableProblem, type Problem } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Behavior } from './behavior.ts';
import { applyTransform, checkSchema, checkSize } from './data.ts';
import { TaskFault, type Sight } from './expressions.ts';
import { dateVariable } from './load.ts';
import type { Frame, Outcome, ToolUse } from './state.ts';
import {
  dropFrame,
  fault,
  frameAt,
  itemAt,
  putFrame,
  push,
  report,
  scopeVariables,
  startTimer,
  stepOf,
  takeBack,
  type Turn,
} from './turn.ts';
import { NO_VISITS, placeUnder } from './visits.ts';

/** What a task that begins is told. */
export interface BeginParams {
  readonly parent: Frame;
  readonly pointer: string;
  readonly input: Json;
  /** When it is no task, but a tool of the parent's agent. */
  readonly tool?: ToolUse;
}

/**
 * Begins a task: `if`, then input schema, `input.from`, time-out, body.
 * A skipped task hands its raw input on.
 */
export function beginTask(turn: Turn, params: BeginParams): void {
  const { parent, pointer, input } = params;
  const item = itemAt(turn, pointer);
  const frame = newFrame(turn, params);
  if (params.tool !== undefined) return beginTool(turn, frame);
  guard(turn, frame, () => {
    if (item.task.if !== undefined && !turn.run.evaluator.condition(item.task.if, bodySight(turn, frame))) {
      report(turn, { type: 'step.skipped', step: stepOf(turn, frame) });
      dropFrame(turn, frame.id);
      childDone(turn, { parent: parent.id, child: frame, output: input, then: 'continue' });
      return;
    }
    startBody(turn, frame, item);
  });
}

/** What an agent hands to its tool is taken as it is. */
function beginTool(turn: Turn, frame: Frame): void {
  report(turn, { type: 'step.started', step: stepOf(turn, frame), input: frame.input });
  guard(turn, frame, () => {
    turn.run.behaviors.tool.begin(turn, frame);
  });
}

function newFrame(turn: Turn, params: BeginParams): Frame {
  const { parent, pointer, input, tool } = params;
  // The pointer from the parent on: equal names in `try` and `catch` differ.
  const segment = tool === undefined ? pointer.slice(parent.pointer.length) : `tool ${tool.place}`;
  const id = turn.draft.nextStep;
  turn.draft.nextStep += 1;
  return putFrame(turn, {
    id,
    parent: parent.id,
    pointer,
    place: placeUnder(turn.draft.visits, parent.place, segment),
    step: id,
    variables: parent.variables,
    ...(parent.iteration === undefined ? {} : { iteration: parent.iteration }),
    ...(tool === undefined ? {} : { tool }),
    input,
    startedAt: turn.at,
    body: { kind: 'leaf' },
  });
}

function startBody(turn: Turn, begun: Frame, item: TaskItem): void {
  const { task } = item;
  let started = false;
  const { input: raw } = begun;
  const start = (input: Json): void => {
    started = true;
    report(turn, { type: 'step.started', step: stepOf(turn, begun), input });
  };
  try {
    checkSchema(turn, task.input, { value: raw, what: 'input' });
    const input = applyTransform(turn, task.input, bodySight(turn, begun));
    checkSize(turn, input, 'input');
    start(input);
    const kept = task.input.transform === undefined ? {} : { rawInput: raw };
    const frame = putFrame(turn, withDeadline(turn, { ...begun, ...kept, input }, item));
    turn.run.behaviors[task.kind].begin(turn, frame);
  } finally {
    // A step whose input cannot be made is still a step that began.
    if (!started) start(raw);
  }
}

function withDeadline(turn: Turn, frame: Frame, { task }: TaskItem): Frame {
  if (task.timeout === undefined) return frame;
  const ms = turn.run.evaluator.duration(task.timeout, bodySight(turn, frame));
  return { ...frame, deadline: startTimer(turn, frame, { ms, purpose: 'timeout' }) };
}

/** What an expression of a task sees; `output` only once there is one. */
function sightOf(turn: Turn, frame: Frame, seen: { input: Json; rawOutput?: Json; output?: Json }): Sight {
  const task = {
    name: itemAt(turn, frame.pointer).name,
    reference: frame.pointer,
    definition: turn.run.source(frame.pointer),
    input: frame.rawInput === undefined ? frame.input : frame.rawInput,
    startedAt: dateVariable(frame.startedAt),
    ...(seen.rawOutput === undefined ? {} : { output: seen.rawOutput }),
  };
  const variables = {
    ...scopeVariables(turn, frame),
    task,
    input: frame.input,
    output: seen.output ?? null,
  };
  return { input: seen.input, variables };
}

/** What the body of a frame's task sees: its transformed input. */
export function bodySight(turn: Turn, frame: Frame): Sight {
  return sightOf(turn, frame, { input: frame.input });
}

/** Ends a task well: `output.as`, output schema, `export.as`, context schema, then its parent goes on. */
export function finishTask(
  turn: Turn,
  frame: Frame,
  ended: { output: Json; then: string | undefined },
): void {
  const { task } = itemAt(turn, frame.pointer);
  if (frame.tool !== undefined) return finishTool(turn, frame, ended.output);
  guard(turn, frame, () => {
    const raw = sightOf(turn, frame, { input: ended.output, rawOutput: ended.output });
    const output = applyTransform(turn, task.output, raw);
    checkSchema(turn, task.output, { value: output, what: 'output' });
    checkSize(turn, output, 'output');
    exportContext(turn, frame, { hook: task.export, rawOutput: ended.output, output });
    closeTimer(turn, frame);
    turn.run.behaviors[task.kind].finished?.(turn, frame);
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

/** What a tool gives goes to the agent that has called it as it is. */
function finishTool(turn: Turn, frame: Frame, output: Json): void {
  report(turn, { type: 'step.completed', step: stepOf(turn, frame), output });
  dropFrame(turn, frame.id);
  childDone(turn, { parent: frame.parent, child: frame, output, then: 'continue' });
}

function exportContext(
  turn: Turn,
  frame: Frame,
  ended: { hook: DataHook; rawOutput: Json; output: Json },
): void {
  const { hook, rawOutput, output } = ended;
  if (hook.transform === undefined && hook.schema === undefined) return;
  const sight = sightOf(turn, frame, { input: output, rawOutput, output });
  const context = hook.transform === undefined ? turn.draft.context : applyTransform(turn, hook, sight);
  checkSchema(turn, hook, { value: context, what: 'context' });
  checkSize(turn, context, 'context');
  turn.draft.context = context;
}

/** Ends a task badly: what is open below it is canceled, then its parent decides. */
export function faultTask(turn: Turn, frame: Frame, problem: Problem): void {
  const error = storableProblem(problem);
  if (frame.id === 0) return endRun(turn, { status: 'faulted', error });
  cancelBelow(turn, frame);
  closeFrame(turn, frame);
  if (isStep(frame)) report(turn, { type: 'step.faulted', step: stepOf(turn, frame), error });
  dropFrame(turn, frame.id);
  const parent = frameAt(turn, frame.parent);
  const { childFaulted } = behaviorOf(turn, parent);
  if (childFaulted === undefined) fault(turn, parent, error);
  else guard(turn, parent, () => childFaulted(turn, parent, { child: frame, error }));
}

/** Tells the parent of an ended child. */
function childDone(turn: Turn, done: { parent: number; child: Frame; output: Json; then: string }): void {
  const parent = frameAt(turn, done.parent);
  guard(turn, parent, () => {
    behaviorOf(turn, parent).childDone?.(turn, parent, done);
  });
}

/** How a frame behaves: as its task's kind says, or as the run, an iteration or a tool. */
export function behaviorOf(turn: Turn, frame: Frame): Behavior {
  const { behaviors } = turn.run;
  if (frame.id === 0) return behaviors.run;
  if (frame.tool !== undefined) return behaviors.tool;
  return isStep(frame) ? behaviors[itemAt(turn, frame.pointer).task.kind] : behaviors.iteration;
}

/** Iterations have frames but are no steps. */
function isStep(frame: Frame): boolean {
  return frame.step === frame.id;
}

/** Cancels everything below a frame, deepest first, and forgets it. */
export function cancelBelow(turn: Turn, frame: Frame): void {
  for (const child of Object.values(turn.draft.frames)) {
    if (child.parent !== frame.id) continue;
    cancelBelow(turn, child);
    closeFrame(turn, child);
    if (isStep(child)) report(turn, { type: 'step.canceled', step: stepOf(turn, child) });
    dropFrame(turn, child.id);
  }
}

function closeTimer(turn: Turn, frame: Frame): void {
  if (frame.deadline !== undefined) takeBack(turn, frame.deadline);
}

/** Takes back what a frame and its body have asked for. */
function closeFrame(turn: Turn, frame: Frame): void {
  closeTimer(turn, frame);
  const { body } = frame;
  if (body.kind === 'wait') takeBack(turn, body.timer);
  if (body.kind === 'call' && body.phase === 'calling') takeBack(turn, body.command.id);
  if ((body.kind === 'call' || body.kind === 'try') && body.timer !== undefined) takeBack(turn, body.timer);
  if (body.kind === 'try' && body.roundTimer !== undefined) takeBack(turn, body.roundTimer);
  behaviorOf(turn, frame).closed?.(turn, frame);
}

/** Ends the run: whatever is open is canceled and nothing begins any more. */
export function endRun(turn: Turn, outcome: Outcome): void {
  const root = frameAt(turn, 0);
  cancelBelow(turn, root);
  closeTimer(turn, root);
  turn.work.length = 0;
  const { draft } = turn;
  Object.assign(draft, { outcome, frames: {}, yielding: false });
  Object.assign(draft, { inbox: [], held: [], received: [], visits: NO_VISITS });
  const { usage } = draft;
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
    fault(turn, frame, error.problem);
  }
}

/** Queues the begin of a task in a frame's scope. */
export function beginLater(turn: Turn, params: BeginParams): void {
  push(turn, { do: 'begin', parent: params.parent.id, pointer: params.pointer, input: params.input });
}
