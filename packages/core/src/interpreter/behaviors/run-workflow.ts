import { bodySight } from '../lifecycle.ts';
import { report, stepOf, taskAt } from '../turn.ts';
import { idempotencyKey } from '../visits.ts';
import { callBehavior } from './call.ts';

/** `run: workflow`: a child run; without `await` the task ends as soon as the child is accepted. */
export const runWorkflowBehavior = callBehavior({
  command(turn, frame) {
    const task = taskAt(turn, frame, 'run-workflow');
    const { namespace, name, version } = task;
    const sight = bodySight(turn, frame);
    return {
      kind: 'start-run',
      step: stepOf(turn, frame),
      idempotencyKey: idempotencyKey(turn, frame, 'run'),
      workflow: { namespace, name, version },
      input:
        task.childInput === undefined ? frame.input : turn.run.evaluator.template(task.childInput, sight),
      await: task.await,
    };
  },
  read: (turn, frame, result) => (taskAt(turn, frame, 'run-workflow').await ? result : frame.input),
  announce(turn, frame, news) {
    if (news.kind !== 'child-started' || !taskAt(turn, frame, 'run-workflow').await) return false;
    const step = stepOf(turn, frame);
    report(turn, { type: 'step.waiting', step, waitKind: 'run', childRunId: news.childRunId });
    return true;
  },
});
