import type { RunWorkflowTask } from '../../definition/definition.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { report, stepOf, type Turn } from '../turn.ts';
import { idempotencyKey } from '../visits.ts';
import { callBehavior } from './call.ts';

/** `run: workflow`: a child run; without `await` the task ends as soon as the child is accepted. */
export const runWorkflowBehavior = callBehavior({
  command(turn, frame) {
    const task = taskOf(turn, frame);
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
  read: (turn, frame, result) => (taskOf(turn, frame).await ? result : frame.input),
  progress(turn, frame, news) {
    if (news.kind !== 'child-started' || !taskOf(turn, frame).await) return;
    const step = stepOf(turn, frame);
    report(turn, { type: 'step.waiting', step, waitKind: 'run', childRunId: news.childRunId });
  },
});

function taskOf(turn: Turn, frame: Frame): RunWorkflowTask {
  const task = turn.run.item(frame.pointer)?.task;
  if (task?.kind !== 'run-workflow') throw new Error(`The task at ${frame.pointer} runs no workflow.`);
  return task;
}
