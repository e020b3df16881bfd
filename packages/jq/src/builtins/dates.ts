import { JqError } from '../errors.ts';
import type { Json } from '../json.ts';
import { formatTime } from './date-format.ts';
import { parseTime } from './date-parse.ts';
import { brokenDown, toSeconds } from './date-parts.ts';
import type { BrokenDown } from './date-parts.ts';
import type { Native, NativeTable } from './native.ts';

const gmtime: Native = (_meter, input) => {
  if (typeof input !== 'number') throw new JqError('gmtime() requires a number');
  return toArray(brokenDown(input));
};

function toArray(time: BrokenDown): Json[] {
  return [
    time.year,
    time.month,
    time.day,
    time.hours,
    time.minutes,
    time.seconds,
    time.weekday,
    time.yearday,
  ];
}

/** Reads `[year, month, day, hours, minutes, seconds, weekday, day of year]`; parts left out are zero. */
function fromArray(value: readonly Json[], who: string): BrokenDown {
  const numbers = value.slice(0, 8).map((part) => {
    if (typeof part !== 'number') throw new JqError(`${who} requires parsed datetime inputs`);
    return Math.trunc(part);
  });
  const [year = 1900, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0, weekday = 0, yearday = 0] =
    numbers;
  return { year, month, day, hours, minutes, seconds, weekday, yearday };
}

const strftime =
  (who: string): Native =>
  (meter, input, [format = null]) => {
    if (typeof input !== 'number' && !Array.isArray(input))
      throw new JqError(`${who} requires parsed datetime inputs`);
    if (typeof format !== 'string') throw new JqError(`${who} requires a string format`);
    meter.chargeText(format.length * 8);
    const time = Array.isArray(input) ? fromArray(input, who) : brokenDown(input);
    return formatTime(time, format);
  };

const mktime: Native = (_meter, input) => {
  if (!Array.isArray(input)) throw new JqError('mktime requires array inputs');
  return toSeconds(fromArray(input, 'mktime'));
};

const strptime: Native = (meter, input, [format = null]) => {
  if (typeof input !== 'string') throw new JqError(`strptime/1 requires string inputs and arguments`);
  if (typeof format !== 'string') throw new JqError(`strptime/1 requires string inputs and arguments`);
  meter.chargeText(input.length + format.length);
  const parsed = parseTime(input, format);
  if (parsed === null) throw new JqError(`date "${input}" does not match format "${format}"`);
  return [...toArray(parsed.time), ...(parsed.rest === '' ? [] : [parsed.rest])];
};

/** Dates. There is one time zone, UTC: the host's own would make results differ from machine to machine. */
export const dates: NativeTable = {
  'gmtime/0': gmtime,
  'localtime/0': gmtime,
  'mktime/0': mktime,
  'strftime/1': strftime('strftime/1'),
  'strflocaltime/1': strftime('strflocaltime/1'),
  'strptime/1': strptime,
};
