import type { ErrorFilter, RaiseTask, RetryPolicy, TryTask } from './definition.ts';
import { readExpression, readTextTemplate } from './expressions.ts';
import { readVariable } from './identifiers.ts';
import {
  isEmptyObject,
  readFixedText,
  readInteger,
  readMembers,
  readText,
  type Members,
  type Place,
  type Reading,
} from './reader.ts';
import { readRetry } from './retry.ts';
import { resolveReuse } from './reuse.ts';
import type { TaskReader } from './task.ts';
import { readThen } from './then.ts';

const ERROR_STATUS = { min: 100, max: 599 };

/** Reads a task that raises an error: written out, or one under `use.errors`. */
export const readRaise: TaskReader = (reading, { body: place, fields }) => {
  const raise = readMembers(reading, place, {
    what: 'The block "raise"',
    keys: ['error'],
    required: ['error'],
  });
  const given = raise?.get('error');
  const named = typeof given?.value === 'string' ? resolveReuse(reading, 'errors', given) : given;
  const error = named && readError(reading, named);
  return error === undefined ? undefined : { ...fields, kind: 'raise', error };
};

/** Reads an error written out. */
export function readError(reading: Reading, place: Place): RaiseTask['error'] | undefined {
  const members = readMembers(reading, place, {
    what: 'An error',
    keys: ['type', 'status', 'instance', 'title', 'detail'],
    required: ['type', 'status'],
    refused: { details: 'Unknown key "details" in an error; did you mean "detail"?' },
  });
  const type = readFixedText(reading, members?.get('type'));
  const status = readInteger(reading, members?.get('status'), ERROR_STATUS);
  const title = readTextTemplate(reading, members?.get('title'), { interpolated: true });
  const detail = readTextTemplate(reading, members?.get('detail'), { interpolated: true });
  const instance = readFixedText(reading, members?.get('instance'));
  if (type === undefined || status === undefined) return undefined;
  return {
    type,
    status,
    ...(title === undefined ? {} : { title }),
    ...(detail === undefined ? {} : { detail }),
    ...(instance === undefined ? {} : { instance }),
  };
}

/** Reads a task that catches errors. */
export const readTry: TaskReader = (reading, { body, members, fields }) => {
  const handler = members.get('catch');
  const tasks = reading.readTasks(body, reading, 'sequence');
  const caught = handler && readCatch(reading, handler);
  return caught === undefined ? undefined : { ...fields, kind: 'try', tasks, catch: caught };
};

function readCatch(reading: Reading, place: Place): TryTask['catch'] | undefined {
  const members = readMembers(reading, place, {
    what: 'The block "catch"',
    keys: ['errors', 'as', 'when', 'exceptWhen', 'retry', 'do', 'then'],
  });
  if (members === undefined) return undefined;
  const as = readVariable(reading, members.get('as'), 'error');
  const within: Reading = { ...reading, names: [...reading.names, as] };
  const when = readExpression(within, members.get('when'), 'task-body');
  const exceptWhen = readExpression(within, members.get('exceptWhen'), 'task-body');
  const retry = readRetryOf(within, members.get('retry'));
  const handler = members.get('do');
  const then = readThen(reading, members.get('then'));
  return {
    with: readFilter(reading, members),
    as,
    ...(when === undefined ? {} : { when }),
    ...(exceptWhen === undefined ? {} : { exceptWhen }),
    ...(retry === undefined ? {} : { retry }),
    ...(handler === undefined ? {} : { tasks: reading.readTasks(handler, within, 'sequence') }),
    ...(then === undefined ? {} : { then }),
  };
}

function readRetryOf(reading: Reading, place: Place | undefined): RetryPolicy | undefined {
  if (place === undefined) return undefined;
  const named = typeof place.value === 'string' ? resolveReuse(reading, 'retries', place) : place;
  return named && readRetry(reading, named);
}

function readFilter(reading: Reading, handler: Members): ErrorFilter {
  const errors = handler.get('errors');
  const outer = errors && readMembers(reading, errors, { what: 'The block "catch.errors"', keys: ['with'] });
  const place = outer?.get('with');
  const members =
    place &&
    readMembers(reading, place, {
      what: 'The block "catch.errors.with"',
      keys: ['type', 'status', 'instance', 'title', 'detail', 'details'],
    });
  if (members === undefined || place === undefined) return {};
  if (isEmptyObject(place.value)) {
    reading.report.error(
      place.pointer,
      'The block "catch.errors.with" is empty: name what to compare, or remove it.',
    );
  }
  return readComparisons(reading, members);
}

/** The specification's text says `detail` and its schema says `details`: both are read. */
function readComparisons(reading: Reading, members: Members): ErrorFilter {
  const status = readInteger(reading, members.get('status'), ERROR_STATUS);
  const type = readCompared(reading, members.get('type'));
  const instance = readCompared(reading, members.get('instance'));
  const title = readCompared(reading, members.get('title'));
  const detail = readCompared(reading, members.get('detail') ?? members.get('details'));
  return {
    ...(type === undefined ? {} : { type }),
    ...(status === undefined ? {} : { status }),
    ...(instance === undefined ? {} : { instance }),
    ...(title === undefined ? {} : { title }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function readCompared(reading: Reading, place: Place | undefined): string | undefined {
  const text = readText(reading, place);
  if (place === undefined || text?.includes('${') !== true) return text;
  reading.report.error(
    place.pointer,
    'Filters of errors are compared as they are: write the condition in "when".',
  );
  return undefined;
}
