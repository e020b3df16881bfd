import { DURATION_KEYS, durationObjectToMs, parseIsoDuration } from '../duration.ts';
import { isObject } from '../json.ts';
import type { Duration } from './definition.ts';
import { expressionIn, readTemplate, type Where } from './expressions.ts';
import {
  label,
  nameOf,
  readMembers,
  readObject,
  type ObjectPlace,
  type Place,
  type Reading,
} from './reader.ts';
import { resolveReuse } from './reuse.ts';

/** Reads a duration: ISO 8601, an object of whole numbers, or an expression that gives one of them. */
export function readDuration(
  reading: Reading,
  place: Place | undefined,
  where: Where = 'task-body',
): Duration | undefined {
  if (place === undefined) return undefined;
  const { value } = place;
  const expression = expressionIn(value);
  if (expression !== undefined) {
    readTemplate(reading, place, { where });
    return { expression };
  }
  if (isObject(value)) return readDurationObject(reading, { value, pointer: place.pointer });
  const ms = typeof value === 'string' ? parseIsoDuration(value) : null;
  if (ms !== null) return { ms };
  reading.report.error(place.pointer, `${label(place)} ${durationProblem(place)}`);
  return undefined;
}

function readDurationObject(reading: Reading, place: ObjectPlace): Duration | undefined {
  const what = `The duration ${label(place)}`;
  const members = readObject(reading, place, {
    what,
    keys: DURATION_KEYS,
    refused: {
      years: `${what} cannot have years, whose length varies: write days.`,
      months: `${what} cannot have months, whose length varies: write days.`,
      weeks: `${what} cannot have weeks: write days, seven to a week.`,
    },
  });
  const ms = durationObjectToMs(place.value);
  if (ms !== null) return { ms };
  if (members.size === Object.keys(place.value).length) {
    const fix =
      'give days, hours, minutes, seconds or milliseconds as whole numbers, together at most 36,500 days';
    reading.report.error(place.pointer, `${label(place)} is not a duration: ${fix}.`);
  }
  return undefined;
}

function durationProblem({ value }: Place): string {
  const example = 'such as PT30S, PT1H30M or P2D';
  if (typeof value !== 'string')
    return `must be an ISO 8601 duration ${example}, or an object, not ${nameOf(value)}.`;
  if (/^P\d+(\.\d+)?[YM]/.test(value))
    return `cannot have years or months, whose length varies: write days or weeks.`;
  if (value.includes('${')) return 'must be a duration or one expression as a whole: ${ … }.';
  return `cannot be "${value}": write an ISO 8601 duration ${example}, at most P36500D.`;
}

/** Reads a time-out: `{after: duration}`, or the name of one under `use.timeouts`. */
export function readTimeout(
  reading: Reading,
  place: Place | undefined,
  where: Where = 'task-body',
): Duration | undefined {
  if (place === undefined) return undefined;
  const named = typeof place.value === 'string' ? resolveReuse(reading, 'timeouts', place) : place;
  return named === undefined ? undefined : readTimeoutPolicy(reading, named, where);
}

/** Reads a time-out written out. */
export function readTimeoutPolicy(
  reading: Reading,
  place: Place,
  where: Where = 'task-body',
): Duration | undefined {
  const members = readMembers(reading, place, { what: 'A timeout', keys: ['after'], required: ['after'] });
  return readDuration(reading, members?.get('after'), where);
}
