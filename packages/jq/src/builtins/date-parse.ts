import { compound, dayNames, monthNames } from './date-format.ts';
import { brokenDown, calendar, toSeconds } from './date-parts.ts';
import type { BrokenDown } from './date-parts.ts';

interface Fields {
  year: number;
  month: number;
  day: number;
  hours: number;
  minutes: number;
  seconds: number;
  afternoon: boolean | null;
  epoch: number | null;
  yearday: number | null;
}

interface Cursor {
  readonly text: string;
  offset: number;
}

type Reader = (cursor: Cursor, fields: Fields) => boolean;

/** Reads a whole number of at most `width` digits between two bounds. */
function readNumber(cursor: Cursor, width: number, [least, most]: readonly [number, number]): number | null {
  const digits = /^ *([+-]?\d+)/.exec(cursor.text.slice(cursor.offset, cursor.offset + width + 4));
  const [all = '', number = ''] = digits ?? [];
  const kept = number.slice(0, width + (/^[+-]/.test(number) ? 1 : 0));
  if (kept === '') return null;
  const value = Number(kept);
  if (value < least || value > most) return null;
  cursor.offset += all.length - number.length + kept.length;
  return value;
}

const number =
  (width: number, range: readonly [number, number], set: (fields: Fields, value: number) => void): Reader =>
  (cursor, fields) => {
    const value = readNumber(cursor, width, range);
    if (value === null) return false;
    set(fields, value);
    return true;
  };

/** Reads a name, whole or by its first three letters, whatever its case. */
const name =
  (names: readonly string[], set: (fields: Fields, index: number) => void): Reader =>
  (cursor, fields) => {
    const rest = cursor.text.slice(cursor.offset, cursor.offset + 12).toLowerCase();
    for (const [index, each] of names.entries()) {
      for (const candidate of [each.toLowerCase(), each.slice(0, 3).toLowerCase()]) {
        if (!rest.startsWith(candidate)) continue;
        cursor.offset += candidate.length;
        set(fields, index);
        return true;
      }
    }
    return false;
  };

const pattern =
  (expression: RegExp, set: (fields: Fields, text: string) => void): Reader =>
  (cursor, fields) => {
    const found = expression.exec(cursor.text.slice(cursor.offset, cursor.offset + 40))?.[0];
    if (found === undefined) return false;
    cursor.offset += found.length;
    set(fields, found);
    return true;
  };

const ignore = (): void => {};
const setDay = (fields: Fields, value: number): void => void (fields.day = value);
const setHours = (fields: Fields, value: number): void => void (fields.hours = value);
const dayName = name(dayNames, ignore);
const monthName = name(monthNames, (fields, index) => void (fields.month = index));

const readers: Readonly<Record<string, Reader>> = {
  a: dayName,
  A: dayName,
  b: monthName,
  B: monthName,
  d: number(2, [1, 31], setDay),
  e: number(2, [1, 31], setDay),
  H: number(2, [0, 23], setHours),
  k: number(2, [0, 23], setHours),
  I: number(2, [1, 12], setHours),
  l: number(2, [1, 12], setHours),
  j: number(3, [1, 366], (fields, value) => void (fields.yearday = value - 1)),
  m: number(2, [1, 12], (fields, value) => void (fields.month = value - 1)),
  M: number(2, [0, 59], (fields, value) => void (fields.minutes = value)),
  S: number(2, [0, 61], (fields, value) => void (fields.seconds = value)),
  y: number(2, [0, 99], (fields, value) => void (fields.year = value + (value < 69 ? 2000 : 1900))),
  Y: number(4, [-9999, 9999], (fields, value) => void (fields.year = value)),
  G: number(4, [-9999, 9999], ignore),
  u: number(1, [1, 7], ignore),
  w: number(1, [0, 6], ignore),
  U: number(2, [0, 53], ignore),
  V: number(2, [1, 53], ignore),
  W: number(2, [0, 53], ignore),
  p: pattern(/^[AP]M/i, (fields, text) => void (fields.afternoon = /^p/i.test(text))),
  s: pattern(/^-?\d+/, (fields, text) => void (fields.epoch = Number(text))),
  // An offset is read and left aside, as C's tm holds no place for it that jq would look at.
  z: pattern(/^(?:Z|[+-]\d{2}(?::?\d{2})?)/, ignore),
  Z: pattern(/^[A-Za-z]+/, ignore),
  n: pattern(/^\s*/, ignore),
  t: pattern(/^\s*/, ignore),
  '%': pattern(/^%/, ignore),
};

/** A moment that was read, and what of the text came after it. */
export interface ParsedTime {
  readonly time: BrokenDown;
  readonly rest: string;
}

/**
 * Reads a moment as C's strptime does in the C locale; `null` when the text does not begin as the format says, or goes on
 * behind it with anything but white space.
 */
export function parseTime(text: string, format: string): ParsedTime | null {
  const fields: Fields = {
    year: 1970,
    month: 0,
    day: 1,
    hours: 0,
    minutes: 0,
    seconds: 0,
    afternoon: null,
    epoch: null,
    yearday: null,
  };
  const cursor: Cursor = { text, offset: 0 };
  if (!readAll(cursor, fields, format)) return null;
  const rest = text.slice(cursor.offset);
  return rest === '' || /^\s/.test(rest) ? { time: finish(fields), rest } : null;
}

function readAll(cursor: Cursor, fields: Fields, format: string): boolean {
  for (const [piece, letter] of format.matchAll(/%[EO]?([a-zA-Z%])|\s+|[^]/g)) {
    if (letter !== undefined) {
      const whole = Object.hasOwn(compound, letter) ? compound[letter] : undefined;
      const reader = Object.hasOwn(readers, letter) ? readers[letter] : undefined;
      if (whole !== undefined ? !readAll(cursor, fields, whole) : !(reader?.(cursor, fields) ?? false))
        return false;
    } else if (/\s/.test(piece)) {
      while (/\s/.test(cursor.text[cursor.offset] ?? '')) cursor.offset += 1;
    } else if (cursor.text.startsWith(piece, cursor.offset)) cursor.offset += piece.length;
    else return false;
  }
  return true;
}

function finish(fields: Fields): BrokenDown {
  if (fields.epoch !== null) return brokenDown(fields.epoch);
  const { year, minutes, seconds, afternoon, yearday } = fields;
  const hours = afternoon === null ? fields.hours : (fields.hours % 12) + (afternoon ? 12 : 0);
  const month = yearday === null ? fields.month : 0;
  const day = yearday === null ? fields.day : yearday + 1;
  const time = { year, month, day, hours, minutes, seconds, ...calendar(year, month, day) };
  return yearday === null ? time : brokenDown(toSeconds(time));
}
