import { isArray, isObject } from '../json.ts';
import type { ForTask, SwitchTask } from './definition.ts';
import { expressionIn, readExpression, readTemplate } from './expressions.ts';
import { readVariable } from './identifiers.ts';
import { readConcurrency } from './metadata.ts';
import { checkNamed, readNamedItem } from './named-items.ts';
import { nameOf, readBoolean, readList, readMembers, type Members, type Reading } from './reader.ts';
import type { TaskReader } from './task.ts';
import { readThen } from './then.ts';
import { readDuration } from './timing.ts';

/** Most branches of one fork. */
const MOST_BRANCHES = 100;

/** Reads a task that runs its tasks in order. */
export const readDo: TaskReader = (reading, { body, fields }) => {
  return { ...fields, kind: 'do', tasks: reading.readTasks(body, reading, 'sequence') };
};

/** Reads a task that replaces the data: an object, or one expression. */
export const readSet: TaskReader = (reading, { body: place, fields }) => {
  const { value } = place;
  if (isObject(value) && Object.keys(value).length > 0) {
    return { ...fields, kind: 'set', value: readTemplate(reading, place) };
  }
  if (typeof value === 'string') {
    readTemplate(reading, place);
    if (expressionIn(value) !== undefined) return { ...fields, kind: 'set', value };
  }
  const got = isObject(value) ? 'an empty object' : nameOf(value);
  reading.report.error(
    place.pointer,
    `"set" must be an object with members or one \${ … } expression, not ${got}.`,
  );
  return undefined;
};

/** Reads a task that chooses where to go on. */
export const readSwitch: TaskReader = (reading, { body: place, fields }) => {
  const cases: SwitchTask['cases'][number][] = [];
  const items = readList(reading, place).flatMap(
    (item) => readNamedItem(reading, item, 'A switch case') ?? [],
  );
  checkNamed(reading, items, 'cases of this switch');
  for (const { name, place: item } of items) {
    const body = readMembers(reading, item, {
      what: 'A switch case',
      keys: ['when', 'then'],
      required: ['then'],
    });
    const when = readExpression(reading, body?.get('when'), 'task-body');
    const then = readThen(reading, body?.get('then'));
    if (then !== undefined) cases.push({ name, ...(when === undefined ? {} : { when }), then });
  }
  const defaults = items.filter(
    ({ place: item }) => isObject(item.value) && !Object.hasOwn(item.value, 'when'),
  );
  for (const { place: item } of defaults.slice(1)) {
    reading.report.error(
      item.pointer,
      'A switch has at most one case without "when": give this one a condition.',
    );
  }
  return { ...fields, kind: 'switch', cases };
};

/** Reads a loop. */
export const readFor: TaskReader = (reading, { body: head, members, fields }) => {
  const concurrency = readConcurrency(reading, members.get('metadata'));
  const loop = readMembers(reading, head, {
    what: 'The block "for"',
    keys: ['each', 'in', 'at'],
    required: ['in'],
  });
  const each = readVariable(reading, loop?.get('each'), 'item');
  const at = readVariable(reading, loop?.get('at'), 'index');
  if (each === at) reading.report.error(head.pointer, `"each" and "at" are both called "${at}": rename one.`);
  const within: Reading = { ...reading, names: [...reading.names, each, at] };
  const list = loop === undefined ? undefined : readCollection(reading, loop);
  const condition = readExpression(within, members.get('while'), 'task-body');
  const tasks = members.get('do');
  if (tasks === undefined) return undefined;
  const inner = reading.readTasks(tasks, within, 'sequence');
  if (list === undefined) return undefined;
  return {
    ...fields,
    kind: 'for',
    each,
    at,
    in: list,
    ...(condition === undefined ? {} : { while: condition }),
    concurrency,
    tasks: inner,
  };
};

function readCollection(reading: Reading, loop: Members): ForTask['in'] | undefined {
  const place = loop.get('in');
  if (place !== undefined && isArray(place.value)) return { template: readTemplate(reading, place) };
  const expression = readExpression(reading, place, 'task-body');
  return expression === undefined ? undefined : { expression };
}

/** Reads a task whose branches run side by side. */
export const readFork: TaskReader = (reading, { body: place, fields }) => {
  const fork = readMembers(reading, place, {
    what: 'The block "fork"',
    keys: ['branches', 'compete'],
    required: ['branches'],
  });
  const compete = readBoolean(reading, fork?.get('compete')) ?? false;
  const branches = fork?.get('branches');
  if (branches === undefined) return undefined;
  const count = isArray(branches.value) ? branches.value.length : 0;
  if (count > MOST_BRANCHES) {
    const fix = `at most ${MOST_BRANCHES} are allowed: use "for" with metadata.baton.concurrency`;
    reading.report.error(branches.pointer, `This fork has ${count} branches; ${fix}.`);
  }
  return { ...fields, kind: 'fork', compete, branches: reading.readTasks(branches, reading, 'branches') };
};

/** Reads a task that lets time pass. */
export const readWait: TaskReader = (reading, { body, fields }) => {
  const duration = readDuration(reading, body);
  return duration === undefined ? undefined : { ...fields, kind: 'wait', duration };
};
