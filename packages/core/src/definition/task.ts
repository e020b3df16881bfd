import { isObject } from '../json.ts';
import { readCall } from './call-tasks.ts';
import { readDataHook } from './data-hooks.ts';
import type { Task, TaskFields } from './definition.ts';
import { readRaise, readTry } from './error-tasks.ts';
import { readEmit, readListen } from './event-tasks.ts';
import { readExpression } from './expressions.ts';
import { readDo, readFor, readFork, readSet, readSwitch, readWait } from './flow-tasks.ts';
import { checkMetadata } from './metadata.ts';
import {
  inside,
  label,
  nameOf,
  notAvailable,
  readObject,
  type Members,
  type Place,
  type Reading,
  type Shape,
} from './reader.ts';
import { readRun } from './run-task.ts';
import { nearest, suggest } from './suggestion.ts';
import { readThen } from './then.ts';
import { readTimeout } from './timing.ts';

/** A task that is being read. */
export interface TaskParts {
  /** What stands under the key that names the kind. */
  readonly body: Place;
  readonly members: Members;
  readonly fields: TaskFields;
}

/** Reads what is particular to one kind of task; `undefined` after a problem. */
export type TaskReader = (reading: Reading, task: TaskParts) => Task | undefined;

interface TaskKind {
  /** The key that names the kind. */
  readonly key: string;
  readonly more?: readonly string[];
  readonly required?: readonly string[];
  readonly refused?: Readonly<Record<string, string>>;
  readonly read: TaskReader;
}

/** The order decides which key names the kind: `for` has a `do` of its own. */
const KINDS: readonly TaskKind[] = [
  { key: 'for', more: ['while', 'do'], required: ['do'], read: readFor },
  { key: 'do', read: readDo },
  { key: 'set', read: readSet },
  { key: 'switch', read: readSwitch },
  { key: 'fork', read: readFork },
  { key: 'try', more: ['catch'], required: ['catch'], read: readTry },
  { key: 'raise', read: readRaise },
  { key: 'wait', read: readWait },
  {
    key: 'listen',
    refused: { foreach: notAvailable('listen.foreach', 'use "for" over the events that listen gives.') },
    read: readListen,
  },
  { key: 'emit', read: readEmit },
  { key: 'call', more: ['with'], read: readCall },
  { key: 'run', read: readRun },
];

const KIND_KEYS = KINDS.map(({ key }) => key);
const FIELD_KEYS = ['if', 'input', 'output', 'export', 'timeout', 'then', 'metadata'];

/** Reads one task. `undefined` when a problem keeps it from being built. */
export function readTask(reading: Reading, place: Place): Task | undefined {
  const { value, pointer } = place;
  if (!isObject(value)) {
    const what = `The task ${label(place)} must be an object with one of ${KIND_KEYS.join(', ')}`;
    reading.report.error(pointer, `${what}, not ${nameOf(value)}.`);
    return undefined;
  }
  const entries = Object.entries(value);
  const [found] = KINDS.flatMap((kind) => {
    return entries
      .filter(([key]) => key === kind.key)
      .map(([key, body]) => ({ kind, body: inside(place, key, body) }));
  });
  if (found === undefined) {
    reportNoKind(reading, place, Object.keys(value));
    return undefined;
  }
  const members = readObject(reading, { value, pointer }, shapeOf(found.kind, Object.keys(value)));
  // A loop reads its concurrency from there.
  if (found.kind.key !== 'for') checkMetadata(reading, members.get('metadata'));
  const fields = readFields(reading, members);
  return found.kind.read(reading, { body: found.body, members, fields });
}

function shapeOf({ key, more = [], required = [], refused }: TaskKind, given: readonly string[]): Shape {
  const own = [key, ...more];
  const others = given.filter((other) => KIND_KEYS.includes(other) && !own.includes(other));
  const twice = `A task does one thing, and this one has "${key}" already: move it to a task of its own.`;
  return {
    what: `A ${key} task`,
    keys: [...own, ...FIELD_KEYS],
    required,
    refused: { ...refused, ...Object.fromEntries(others.map((other) => [other, twice])) },
  };
}

function reportNoKind(reading: Reading, place: Place, keys: readonly string[]): void {
  const name = label(place).slice(1, -1);
  if (KIND_KEYS.includes(name) && keys.every((key) => !FIELD_KEYS.includes(key))) {
    const fix = `write "- name:" and indent "${name}" below it`;
    reading.report.error(place.pointer, `"${name}" stands where the name of a task belongs: ${fix}.`);
    return;
  }
  const all = [...new Set(['try', 'catch', 'while', 'with', ...KIND_KEYS, ...FIELD_KEYS])];
  const odd = keys.filter((key) => !all.includes(key));
  const likely = odd.find((key) => nearest(key, KIND_KEYS) !== undefined) ?? odd[0];
  if (likely === undefined) {
    const fix = `add one of ${KIND_KEYS.join(', ')}`;
    reading.report.error(place.pointer, `The task ${label(place)} does nothing: ${fix}.`);
    return;
  }
  const message = `Unknown key "${likely}" in the task ${label(place)}; ${suggest(likely, KIND_KEYS)}`;
  reading.report.error(inside(place, likely, null).pointer, message);
}

function readFields(reading: Reading, members: Members): TaskFields {
  const condition = readExpression(reading, members.get('if'), 'task-input');
  const timeout = readTimeout(reading, members.get('timeout'));
  const then = readThen(reading, members.get('then'));
  return {
    ...(condition === undefined ? {} : { if: condition }),
    input: readDataHook(reading, members.get('input'), 'task-input'),
    output: readDataHook(reading, members.get('output'), 'task-output'),
    export: readDataHook(reading, members.get('export'), 'task-export'),
    ...(timeout === undefined ? {} : { timeout }),
    ...(then === undefined ? {} : { then }),
  };
}
