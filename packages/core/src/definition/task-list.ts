import { isArray, isObject, own, type Json } from '../json.ts';
import type { TaskItem, TaskList } from './definition.ts';
import { checkNamed, readNamedItem } from './named-items.ts';
import { readList, type Place, type Reading } from './reader.ts';
import { warnUnreachable } from './reachability.ts';
import { readTask } from './task.ts';
import { isDirective } from './then.ts';

/**
 * Reads the tasks of one scope, or the branches of a fork. Tasks with problems are left out; the report tells.
 */
export function readTaskList(place: Place, reading: Reading, order: 'sequence' | 'branches'): TaskList {
  const items = readList(reading, place);
  const named = items.flatMap((item) => readNamedItem(reading, item, 'A task') ?? []);
  const branches = order === 'branches';
  checkNamed(reading, named, branches ? 'branches of this fork' : 'tasks of this scope');
  const names = named.map(({ name }) => name);
  for (const { name, place: at } of named.filter((item) => isDirective(item.name))) {
    reading.report.warn(at.pointer, `"then: ${name}" means the directive, never this task: rename it.`);
  }
  const scope: Reading = { ...reading, targets: branches ? undefined : names };
  const tasks = named.flatMap((item): TaskItem[] => {
    const task = readTask(scope, item.place);
    return task === undefined ? [] : [{ name: item.name, pointer: item.place.pointer, task }];
  });
  if (!branches && tasks.length === items.length) warnUnreachable(reading, tasks);
  return tasks;
}

/** How many tasks a list holds, with all scopes inside; stops counting beyond the limit. */
export function countTasks(list: Json | undefined, limit: number): number {
  let count = 0;
  if (!isArray(list)) return 0;
  for (const item of list) {
    for (const task of isObject(item) ? Object.values(item) : []) {
      count += 1;
      for (const inner of isObject(task) ? innerLists(task) : []) {
        if (count <= limit) count += countTasks(inner, limit - count);
      }
    }
  }
  return count;
}

function innerLists(task: { readonly [key: string]: Json }): readonly (Json | undefined)[] {
  const [fork, handler] = [own(task, 'fork'), own(task, 'catch')];
  return [
    own(task, 'do'),
    own(task, 'try'),
    isObject(handler) ? own(handler, 'do') : undefined,
    isObject(fork) ? own(fork, 'branches') : undefined,
  ];
}
