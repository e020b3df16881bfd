import { daysFromCivil, toSeconds } from './date-parts.ts';
import type { BrokenDown } from './date-parts.ts';

/** The English names of the days, from Sunday. */
export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** The English names of the months. */
export const monthNames =
  'January February March April May June July August September October November December'.split(' ');

const pad = (value: number, width: number, fill = '0'): string => {
  const digits = String(Math.abs(value)).padStart(width, fill);
  return value < 0 ? `-${digits}` : digits;
};

const twelve = (hours: number): number => (hours % 12 === 0 ? 12 : hours % 12);

/** The ISO 8601 week and the year it belongs to. */
function isoWeek(time: BrokenDown): { readonly week: number; readonly year: number } {
  const monday = (time.weekday + 6) % 7;
  const week = Math.floor((time.yearday - monday + 10) / 7);
  if (week < 1) return { week: weeksIn(time.year - 1), year: time.year - 1 };
  if (week > weeksIn(time.year)) return { week: 1, year: time.year + 1 };
  return { week, year: time.year };
}

function weeksIn(year: number): number {
  const first = (((daysFromCivil(year, 0, 1) + 4) % 7) + 7) % 7;
  const leap = daysFromCivil(year + 1, 0, 1) - daysFromCivil(year, 0, 1) === 366;
  return first === 4 || (leap && first === 3) ? 53 : 52;
}

type Writer = (time: BrokenDown) => string;

const simple: Readonly<Record<string, Writer>> = {
  a: (time) => (dayNames[time.weekday] ?? '?').slice(0, 3),
  A: (time) => dayNames[time.weekday] ?? '?',
  b: (time) => (monthNames[time.month] ?? '?').slice(0, 3),
  B: (time) => monthNames[time.month] ?? '?',
  C: (time) => pad(Math.floor(time.year / 100), 2),
  d: (time) => pad(time.day, 2),
  e: (time) => pad(time.day, 2, ' '),
  G: (time) => String(isoWeek(time).year),
  g: (time) => pad(isoWeek(time).year % 100, 2),
  H: (time) => pad(time.hours, 2),
  I: (time) => pad(twelve(time.hours), 2),
  j: (time) => pad(time.yearday + 1, 3),
  k: (time) => pad(time.hours, 2, ' '),
  l: (time) => pad(twelve(time.hours), 2, ' '),
  m: (time) => pad(time.month + 1, 2),
  M: (time) => pad(time.minutes, 2),
  n: () => '\n',
  p: (time) => (time.hours < 12 ? 'AM' : 'PM'),
  P: (time) => (time.hours < 12 ? 'am' : 'pm'),
  s: (time) => String(toSeconds(time)),
  S: (time) => pad(Math.trunc(time.seconds), 2),
  t: () => '\t',
  u: (time) => String(time.weekday === 0 ? 7 : time.weekday),
  U: (time) => pad(Math.floor((time.yearday + 7 - time.weekday) / 7), 2),
  V: (time) => pad(isoWeek(time).week, 2),
  w: (time) => String(time.weekday),
  W: (time) => pad(Math.floor((time.yearday + 7 - ((time.weekday + 6) % 7)) / 7), 2),
  y: (time) => pad(((time.year % 100) + 100) % 100, 2),
  Y: (time) => String(time.year),
  z: () => '+0000',
  Z: () => 'UTC',
  '%': () => '%',
};

/** Directives that stand for several others. */
export const compound: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  v: '%e-%b-%Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

/** Writes a moment as C's strftime does in the C locale; a directive it does not know stays as it is. */
export function formatTime(time: BrokenDown, format: string): string {
  return format.replace(/%[EO]?([a-zA-Z%])/g, (found, letter: string) => {
    const whole = Object.hasOwn(compound, letter) ? compound[letter] : undefined;
    if (whole !== undefined) return formatTime(time, whole);
    const writer = Object.hasOwn(simple, letter) ? simple[letter] : undefined;
    return writer === undefined ? found : writer(time);
  });
}
