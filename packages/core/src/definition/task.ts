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
  label,
  nameOf,
  notAvailable,
  readMembers,
  type Members,
  type Place,
  type Reading,
} from './reader.ts';
import { readRun } from './run-task.ts';
import { nearest, suggest } from './suggestion.ts';
import { readThen } from './then.ts';
import { readTimeout } from './timing.ts';

/** Reads what is particular to one kind of task; `undefined` after a problem. */
export type TaskReader = (reading: Reading, members: Members, fields: TaskFields) => Task | undefined;

interface TaskKind {
  readonly keys: readonly string[];
  readonly required?: readonly string[];
  readonly refused?: Readonly<Record<string, string>>;
  readonly read: TaskReader;
}

/** The order decides which key names the kind: `for` has a `do` of its own. */
const KINDS: Readonly<Record<string, TaskKind>> = {
  for: { keys: ['for', 'while', 'do'], required: ['do'], read: readFor },
  do: { keys: ['do'], read: readDo },
  set: { keys: ['set'], read: readSet },
  switch: { keys: ['switch'], read: readSwitch },
  fork: { keys: ['fork'], read: readFork },
  try: { keys: ['try', 'catch'], required: ['catch'], read: readTry },
  raise: { keys: ['raise'], read: readRaise },
  wait: { keys: ['wait'], read: readWait },
  listen: {
    keys: ['listen'],
    refused: { foreach: notAvailable('listen.foreach', 'use "for" over the events that listen gives.') },
    read: readListen,
  },
  emit: { keys: ['emit'], read: readEmit },
  call: { keys: ['call', 'with'], read: readCall },
  run: { keys: ['run'], read: readRun },
};

const KIND_KEYS = Object.keys(KINDS);
const FIELD_KEYS = ['if', 'input', 'output', 'export', 'timeout', 'then', 'metadata'];

/** Reads one task. `undefined` when a problem keeps it from being built. */
export function readTask(reading: Reading, place: Place): Task | undefined {
  if (!isObject(place.value)) {
    const what = `The task ${label(place)} must be an object`;
    reading.report.error(
      place.pointer,
      `${what} with one of ${KIND_KEYS.join(', ')}, not ${nameOf(place.value)}.`,
    );
    return undefined;
  }
  const keys = Object.keys(place.value);
  const kindKey = KIND_KEYS.find((key) => keys.includes(key));
  const kind = kindKey === undefined ? undefined : KINDS[kindKey];
  if (kind === undefined) {
    reportNoKind(reading, place, keys);
    return undefined;
  }
  const others = keys.filter((key) => KIND_KEYS.includes(key) && !kind.keys.includes(key));
  const twice = `A task does one thing, and this one has "${kindKey}" already: move it to a task of its own.`;
  const members = readMembers(reading, place, {
    what: `A ${kindKey} task`,
    keys: [...kind.keys, ...FIELD_KEYS],
    refused: { ...kind.refused, ...Object.fromEntries(others.map((key) => [key, twice])) },
    ...(kind.required === undefined ? {} : { required: kind.required }),
  });
  if (members === undefined) return undefined;
  // A loop reads its concurrency from there.
  if (kindKey !== 'for') checkMetadata(reading, members.get('metadata'));
  return kind.read(reading, members, readFields(reading, members));
}

function reportNoKind(reading: Reading, place: Place, keys: readonly string[]): void {
  const name = label(place).slice(1, -1);
  if (KIND_KEYS.includes(name) && keys.every((key) => !FIELD_KEYS.includes(key))) {
    const fix = `write "- name:" and indent "${name}" below it`;
    reading.report.error(place.pointer, `"${name}" stands where the name of a task belongs: ${fix}.`);
    return;
  }
  const all = [...new Set(['try', 'catch', 'while', 'with', ...KIND_KEYS, ...FIELD_KEYS])];
  const odd = keys.find((key) => !all.includes(key) && nearest(key, KIND_KEYS) !== undefined);
  const odder = odd ?? keys.find((key) => !all.includes(key));
  const message =
    odder === undefined
      ? `The task ${label(place)} does nothing: add one of ${KIND_KEYS.join(', ')}.`
      : `Unknown key "${odder}" in the task ${label(place)}; ${suggest(odder, KIND_KEYS)}`;
  const token = odder === undefined ? '' : `/${odder.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  reading.report.error(place.pointer + token, message);
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
