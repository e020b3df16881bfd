import type { Task } from './definition.ts';

/** A way out of a task. */
export interface WayOut {
  /** A flow directive; absent: on to the next task. */
  readonly then?: string;
  /** Why this way is taken, when there are several: the name of a switch's case, `caught`, or `skipped`. */
  readonly label?: string;
}

/** Every way out of a task; none for a task that always faults. A skipped task goes on to the next one. */
export function waysOut(task: Task): readonly WayOut[] {
  const ways = waysThrough(task);
  return task.if === undefined ? ways : [...ways, { label: 'skipped' }];
}

function waysThrough(task: Task): readonly WayOut[] {
  const plain: WayOut = task.then === undefined ? {} : { then: task.then };
  switch (task.kind) {
    case 'raise':
      return [];
    case 'switch': {
      const ways = task.cases.map(({ name, then }) => ({ then, label: name }));
      return task.cases.every(({ when }) => when !== undefined) ? [...ways, plain] : ways;
    }
    case 'try':
      return task.catch.then === undefined ? [plain] : [plain, { then: task.catch.then, label: 'caught' }];
    default:
      return [plain];
  }
}
