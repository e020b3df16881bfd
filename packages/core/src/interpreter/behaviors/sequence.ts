import type { TaskList } from '../../definition/definition.ts';
import type { Json } from '../../json.ts';
import type { Behavior, TaskBehavior } from '../behavior.ts';
import { applyTransform, checkSchema, checkSize } from '../data.ts';
import { beginLater, endRun, guard } from '../lifecycle.ts';
import type { Cursor, Frame } from '../state.ts';
import { bodyOf, frameAt, push, putBody, putFrame, scopeVariables, startTimer, type Turn } from '../turn.ts';
import { recordScope } from '../visits.ts';

/** Where a sequence goes on. */
export type Next =
  { readonly kind: 'left'; readonly exit: boolean } | { readonly kind: 'at'; readonly cursor: Cursor };

/** The task of a list that runs after the one at the cursor, by the flow directive. */
export function nextOf(tasks: TaskList, cursor: Cursor, then: string): Next {
  if (then === 'exit') return { kind: 'left', exit: true };
  const index = then === 'continue' ? cursor.index + 1 : tasks.findIndex((item) => item.name === then);
  if (tasks[index] === undefined) return { kind: 'left', exit: false };
  return { kind: 'at', cursor: { ...cursor, index } };
}

/** Begins the task at a cursor of the frame's list. */
export function beginAt(turn: Turn, frame: Frame, at: { cursor: Cursor; input: Json }): void {
  const { list, index } = at.cursor;
  for (const { pointer } of turn.run.list(frame.pointer, list).slice(index, index + 1)) {
    beginLater(turn, { parent: frame, pointer, input: at.input });
  }
}

/** The run is over (`then: end`, or its last task is done), and this is its output. */
export function completeRun(turn: Turn, output: Json): void {
  const root = frameAt(turn, 0);
  // A fault of the workflow's own output is the run's: no `try` around the task that ended it may catch it.
  guard(turn, root, () => {
    const { output: hook } = turn.run.definition;
    const result = applyTransform(turn, hook, { input: output, variables: scopeVariables(turn, root) });
    checkSchema(turn, hook, { value: result, what: 'output of the workflow' });
    checkSize(turn, result, 'output of the workflow');
    endRun(turn, { status: 'completed', output: result });
  });
}

/** Tasks one after the other; the output of one is the input of the next. `left` says what then. */
export function sequenceBehavior(
  left: (turn: Turn, frame: Frame, ended: { output: Json; exit: boolean }) => void,
): Behavior {
  return {
    childDone(turn, frame, { output, then }) {
      if (then === 'end') return completeRun(turn, output);
      const { cursor } = bodyOf(frame, 'scope');
      const next = nextOf(turn.run.list(frame.pointer, cursor.list), cursor, then);
      if (next.kind === 'left') return left(turn, frame, { output, exit: next.exit });
      putBody(turn, frame, { kind: 'scope', cursor: next.cursor });
      beginAt(turn, frame, { cursor: next.cursor, input: output });
    },
  };
}

function beginScope(turn: Turn, frame: Frame): void {
  const cursor: Cursor = { list: 'do', index: 0 };
  putBody(turn, frame, { kind: 'scope', cursor });
  beginAt(turn, frame, { cursor, input: frame.input });
}

/** `do`: its tasks one after the other. */
export const doBehavior: TaskBehavior = {
  ...sequenceBehavior((turn, frame, { output }) => {
    push(turn, { do: 'finish', frame: frame.id, output });
  }),
  begin: beginScope,
  finished: recordScope,
};

/** The run itself: its tasks one after the other. */
export const runBehavior: Behavior = sequenceBehavior((turn, _frame, { output }) => {
  completeRun(turn, output);
});

/** Begins the run: input schema and `input.from`, the time-out of the whole, then the tasks. */
export function beginRun(turn: Turn, root: Frame): void {
  const { definition, evaluator } = turn.run;
  checkSchema(turn, definition.input, { value: root.input, what: 'input of the workflow' });
  const variables = scopeVariables(turn, root);
  const input = applyTransform(turn, definition.input, { input: root.input, variables });
  checkSize(turn, input, 'input of the workflow');
  const begun = putFrame(turn, { ...root, input });
  if (definition.timeout === undefined) return beginScope(turn, begun);
  const ms = evaluator.duration(definition.timeout, { input, variables });
  const deadline = startTimer(turn, begun, { ms, purpose: 'timeout' });
  beginScope(turn, { ...begun, deadline });
}
