import type { Task, TaskItem, TaskList } from './definition.ts';
import type { Reading } from './reader.ts';

/** Warns of every task of a scope that nothing leads to. */
export function warnUnreachable(reading: Reading, tasks: TaskList): void {
  const reached = new Set<TaskItem>();
  const open = tasks.slice(0, 1);
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (reached.has(item)) continue;
    reached.add(item);
    open.push(...successors(tasks, item));
  }
  for (const { name, pointer } of tasks.filter((item) => !reached.has(item))) {
    reading.report.warn(pointer, `Nothing leads to the task "${name}": point a "then" at it or remove it.`);
  }
}

/** The tasks that may come right after a task in its scope. */
export function successors(tasks: TaskList, item: TaskItem): readonly TaskItem[] {
  const following = tasks[tasks.indexOf(item) + 1];
  const next = following === undefined ? [] : [following];
  return directives(item.task).flatMap((then) => {
    if (then === undefined || then === 'continue') return next;
    return tasks.filter((other) => other.name === then);
  });
}

/** Every directive that a task may end with; `undefined` is the way on to the next task, which a skipped task takes. */
function directives(task: Task): readonly (string | undefined)[] {
  const ways = waysOut(task);
  return task.if === undefined ? ways : [undefined, ...ways];
}

function waysOut(task: Task): readonly (string | undefined)[] {
  switch (task.kind) {
    case 'raise':
      return [];
    case 'switch': {
      const ways = task.cases.map((branch) => branch.then);
      return task.cases.every((branch) => branch.when !== undefined) ? [...ways, task.then] : ways;
    }
    case 'try':
      return task.catch.then === undefined ? [task.then] : [task.then, task.catch.then];
    default:
      return [task.then];
  }
}
