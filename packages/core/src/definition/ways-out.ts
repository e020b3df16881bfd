import type { Task } from './definition.ts';

/** A way out of a task. */
export interface WayOut {
  /** A flow directive; absent: on to the next task. */
  readonly then?: string;
  /** Why this way is taken, when there are several: the name of a switch's case, or `caught`. */
  readonly label?: string;
}

/** Every way out of a task. Beside those of its body there is the one of a skipped task: on to the next. */
export function waysOut(task: Task): readonly WayOut[] {
  const ways = waysThrough(task);
  return task.if === undefined ? ways : [...ways, {}];
}

/** The ways out of a task that was not skipped; none for one that always faults. */
export function waysThrough(task: Task): readonly WayOut[] {
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
