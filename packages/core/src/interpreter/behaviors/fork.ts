import type { ForkTask } from '../../definition/definition.ts';
import type { Json } from '../../json.ts';
import type { Behavior } from '../behavior.ts';
import { beginLater, cancelBelow } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { fault, push, putBody, type Turn } from '../turn.ts';
import { completeRun } from './sequence.ts';

/**
 * `fork`: all branches side by side. Without `compete` the output is theirs, in declared order, and one fault ends
 * the fork. With `compete` the first branch to complete wins; a faulted one leaves the race.
 */
export const forkBehavior: Behavior = {
  begin(turn, frame) {
    const { branches } = taskOf(turn, frame);
    putBody(turn, frame, { kind: 'fork', outputs: branches.map(() => null), open: branches.length });
    if (branches.length === 0) push(turn, { do: 'finish', frame: frame.id, output: [] });
    // The stack takes the last first, so the first branch begins first.
    for (const branch of branches.toReversed()) {
      beginLater(turn, { parent: frame, pointer: branch.pointer, input: frame.input });
    }
  },
  childDone(turn, frame, { child, output, then }) {
    if (then === 'end') return completeRun(turn, output);
    if (frame.body.kind !== 'fork') return;
    if (taskOf(turn, frame).compete) return win(turn, frame, output);
    const branch = taskOf(turn, frame).branches.findIndex((item) => item.pointer === child.pointer);
    const outputs = frame.body.outputs.map((other, index) => (index === branch ? output : other));
    const open = frame.body.open - 1;
    putBody(turn, frame, { kind: 'fork', outputs, open });
    if (open === 0) push(turn, { do: 'finish', frame: frame.id, output: outputs });
  },
  childFaulted(turn, frame, { error }) {
    if (frame.body.kind !== 'fork') return;
    if (!taskOf(turn, frame).compete) return fault(turn, frame, error);
    const open = frame.body.open - 1;
    putBody(turn, frame, { ...frame.body, open, error });
    if (open === 0) fault(turn, frame, error);
  },
};

function win(turn: Turn, frame: Frame, output: Json): void {
  cancelBelow(turn, frame);
  push(turn, { do: 'finish', frame: frame.id, output });
}

function taskOf(turn: Turn, frame: Frame): ForkTask {
  const task = turn.run.item(frame.pointer)?.task;
  if (task?.kind === 'fork') return task;
  throw new Error(`The task at ${frame.pointer} is no fork.`);
}
