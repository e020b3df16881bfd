import type { Json } from '../../json.ts';
import type { TaskBehavior } from '../behavior.ts';
import { beginLater, cancelBelow } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { bodyOf, fault, push, putBody, taskAt, type Turn } from '../turn.ts';
import { recordScope } from '../visits.ts';
import { completeRun } from './sequence.ts';

/**
 * `fork`: all branches side by side. Without `compete` the output is theirs, in declared order, and one fault ends
 * the fork. With `compete` the first branch to complete wins; a faulted one leaves the race.
 */
export const forkBehavior: TaskBehavior = {
  begin(turn, frame) {
    const { branches } = taskAt(turn, frame, 'fork');
    putBody(turn, frame, { kind: 'fork', outputs: branches.map(() => null), open: branches.length });
    // The stack takes the last first, so the first branch begins first.
    for (const branch of branches.toReversed()) {
      beginLater(turn, { parent: frame, pointer: branch.pointer, input: frame.input });
    }
  },
  childDone(turn, frame, { child, output, then }) {
    if (then === 'end') return completeRun(turn, output);
    const { compete, branches } = taskAt(turn, frame, 'fork');
    if (compete) return win(turn, frame, output);
    const body = bodyOf(frame, 'fork');
    const branch = branches.findIndex((item) => item.pointer === child.pointer);
    const outputs = body.outputs.with(branch, output);
    const open = body.open - 1;
    putBody(turn, frame, { kind: 'fork', outputs, open });
    if (open === 0) push(turn, { do: 'finish', frame: frame.id, output: outputs });
  },
  childFaulted(turn, frame, { error }) {
    const body = bodyOf(frame, 'fork');
    const open = body.open - 1;
    if (open === 0 || !taskAt(turn, frame, 'fork').compete) return fault(turn, frame, error);
    putBody(turn, frame, { ...body, open });
  },
  finished: recordScope,
};

function win(turn: Turn, frame: Frame, output: Json): void {
  cancelBelow(turn, frame);
  push(turn, { do: 'finish', frame: frame.id, output });
}
