import type { TaskList } from '../../definition/definition.ts';
import type { Json } from '../../json.ts';
import type { Behavior } from '../behavior.ts';
import { beginLater, endRun } from '../lifecycle.ts';
import { applyTransform, checkSchema, checkSize } from '../data.ts';
import { scopeVariables, findFrame, push, putBody, startTimer, type Turn } from '../turn.ts';
import type { Cursor, Frame } from '../state.ts';

/** Where a sequence goes on. */
export type Next =
  { readonly kind: 'left'; readonly exit: boolean } | { readonly kind: 'at'; readonly cursor: Cursor };

/** The task of a list that runs after the one at the cursor, by the flow directive. */
export function nextOf(tasks: TaskList, cursor: Cursor, then: string): Next {
  if (then === 'exit') return { kind: 'left', exit: true };
  const index = then === 'continue' ? cursor.index + 1 : tasks.findIndex((item) => item.name === then);
  if (index >= tasks.length || index < 0) return { kind: 'left', exit: false };
  return { kind: 'at', cursor: { ...cursor, index } };
}

/** Begins the task at a cursor of the frame's list; false when the list has none there. */
export function beginAt(turn: Turn, frame: Frame, at: { cursor: Cursor; input: Json }): boolean {
  const item = turn.run.list(frame.pointer, at.cursor.list)[at.cursor.index];
  if (item === undefined) return false;
  beginLater(turn, { parent: frame, pointer: item.pointer, input: at.input });
  return true;
}

/** `then: end`: the run is over, and this is its output. */
export function completeRun(turn: Turn, output: Json): void {
  const root = findFrame(turn, 0);
  const { output: hook } = turn.run.definition;
  const variables = { ...turn.run.constants, context: turn.draft.context };
  const result = applyTransform(turn, hook, { input: output, variables });
  checkSchema(turn, hook, { value: result, what: 'output of the workflow' });
  checkSize(turn, result, 'output of the workflow');
  if (root !== undefined) endRun(turn, { status: 'completed', output: result });
}

/** `do`: its tasks one after the other; the output of one is the input of the next. */
export const doBehavior: Behavior = {
  begin(turn, frame) {
    const cursor: Cursor = { list: 'do', index: 0 };
    putBody(turn, frame, { kind: 'scope', cursor });
    if (!beginAt(turn, frame, { cursor, input: frame.input })) finish(turn, frame, frame.input);
  },
  childDone(turn, frame, { output, then }) {
    if (then === 'end') completeRun(turn, output);
    else advance(turn, frame, { output, then });
  },
};

function advance(turn: Turn, frame: Frame, done: { output: Json; then: string }): void {
  if (frame.body.kind !== 'scope') return;
  const next = nextOf(turn.run.list(frame.pointer, 'do'), frame.body.cursor, done.then);
  if (next.kind === 'left') return finish(turn, frame, done.output);
  putBody(turn, frame, { kind: 'scope', cursor: next.cursor });
  beginAt(turn, frame, { cursor: next.cursor, input: done.output });
}

function finish(turn: Turn, frame: Frame, output: Json): void {
  if (frame.id === 0) completeRun(turn, output);
  else push(turn, { do: 'finish', frame: frame.id, output });
}

/** The run itself: input schema and `input.from`, the time-out of the whole, then the tasks. */
export const runBehavior: Behavior = {
  ...doBehavior,
  begin(turn, frame, item) {
    const { definition } = turn.run;
    checkSchema(turn, definition.input, { value: frame.rawInput, what: 'input of the workflow' });
    const sight = { input: frame.rawInput, variables: scopeVariables(turn, frame) };
    const input = applyTransform(turn, definition.input, sight);
    checkSize(turn, input, 'input of the workflow');
    const begun: Frame = { ...frame, input };
    if (definition.timeout === undefined) return doBehavior.begin(turn, begun, item);
    const ms = turn.run.evaluator.duration(definition.timeout, { ...sight, input });
    const deadline = startTimer(turn, begun, { ms, purpose: 'timeout' });
    doBehavior.begin(turn, { ...begun, deadline }, item);
  },
};
