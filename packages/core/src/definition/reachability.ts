import type { TaskItem, TaskList } from './definition.ts';
import type { Reading } from './reader.ts';
import { waysOut } from './ways-out.ts';

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

function successors(tasks: TaskList, item: TaskItem): readonly TaskItem[] {
  const index = tasks.indexOf(item);
  return waysOut(item.task).flatMap(({ then = 'continue' }) => {
    return then === 'continue'
      ? tasks.slice(index + 1, index + 2)
      : tasks.filter(({ name }) => name === then);
  });
}
