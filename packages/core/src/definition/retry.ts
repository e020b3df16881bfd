import { isObject } from '../json.ts';
import type { RetryPolicy } from './definition.ts';
import { readExpression } from './expressions.ts';
import { readInteger, readMembers, type Place, type Reading } from './reader.ts';
import { readDuration } from './timing.ts';

/** Reads a retry policy written out. */
export function readRetry(reading: Reading, place: Place): RetryPolicy | undefined {
  const members = readMembers(reading, place, {
    what: 'A retry policy',
    keys: ['when', 'exceptWhen', 'delay', 'backoff', 'limit', 'jitter'],
  });
  if (members === undefined) return undefined;
  const when = readExpression(reading, members.get('when'), 'task-body');
  const exceptWhen = readExpression(reading, members.get('exceptWhen'), 'task-body');
  const delay = readDuration(reading, members.get('delay'));
  const jitter = readJitter(reading, members.get('jitter'));
  return {
    ...(when === undefined ? {} : { when }),
    ...(exceptWhen === undefined ? {} : { exceptWhen }),
    ...(delay === undefined ? {} : { delay }),
    backoff: readBackoff(reading, members.get('backoff')),
    limit: readLimit(reading, members.get('limit')),
    ...(jitter === undefined ? {} : { jitter }),
  };
}

const BACKOFFS = ['constant', 'linear', 'exponential'] as const;

function readBackoff(reading: Reading, place: Place | undefined): RetryPolicy['backoff'] {
  const members = place && readMembers(reading, place, { what: 'The block "backoff"', keys: BACKOFFS });
  if (place === undefined || members === undefined) return 'constant';
  for (const member of members.values()) {
    readMembers(reading, member, { what: 'The settings of a backoff', keys: [] });
  }
  const found = BACKOFFS.filter((name) => members.has(name));
  if (found.length > 1 || (isObject(place.value) && Object.keys(place.value).length === 0)) {
    reading.report.error(place.pointer, `The block "backoff" needs exactly one of ${BACKOFFS.join(', ')}.`);
  }
  return found[0] ?? 'constant';
}

function readLimit(reading: Reading, place: Place | undefined): RetryPolicy['limit'] {
  if (place === undefined) return {};
  const members = readMembers(reading, place, { what: 'The block "limit"', keys: ['attempt', 'duration'] });
  const attempt = members?.get('attempt');
  const each =
    attempt &&
    readMembers(reading, attempt, { what: 'The block "limit.attempt"', keys: ['count', 'duration'] });
  const count = readInteger(reading, each?.get('count'), { min: 0, max: 10_000 });
  // It is set before there is an error, whose variable is the last one.
  const before: Reading = { ...reading, names: reading.names.slice(0, -1) };
  const attemptDuration = readDuration(before, each?.get('duration'));
  const duration = readDuration(reading, members?.get('duration'));
  return {
    ...(count === undefined ? {} : { count }),
    ...(attemptDuration === undefined ? {} : { attemptDuration }),
    ...(duration === undefined ? {} : { duration }),
  };
}

function readJitter(reading: Reading, place: Place | undefined): RetryPolicy['jitter'] {
  const members =
    place &&
    readMembers(reading, place, {
      what: 'The block "jitter"',
      keys: ['from', 'to'],
      required: ['from', 'to'],
    });
  const from = readDuration(reading, members?.get('from'));
  const to = readDuration(reading, members?.get('to'));
  if (place === undefined || from === undefined || to === undefined) return undefined;
  if ('ms' in from && 'ms' in to && from.ms > to.ms) {
    reading.report.error(
      place.pointer,
      'The jitter ends before it begins: make "from" the shorter of the two.',
    );
  }
  return { from, to };
}
