import { own, type JsonObject } from './json.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The longest duration Baton keeps: a hundred years of 365 days, in milliseconds. */
export const LONGEST_DURATION_MS = 36_500 * DAY;

const NUMBER = String.raw`(\d+(?:\.\d+)?)`;
const ISO = new RegExp(
  `^P(?=[\\dT])(?:${NUMBER}W)?(?:${NUMBER}D)?(?:T(?=\\d)(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?$`,
);
const ISO_UNITS = [7 * DAY, DAY, HOUR, MINUTE, SECOND];

const OBJECT_UNITS: Readonly<Record<string, number>> = {
  days: DAY,
  hours: HOUR,
  minutes: MINUTE,
  seconds: SECOND,
  milliseconds: 1,
};

/** The keys of a duration object. */
export const DURATION_KEYS: readonly string[] = Object.keys(OBJECT_UNITS);

/**
 * Milliseconds of an ISO 8601 duration (`PT1H30M`, `P2D`, `P1W`), rounded to whole ones.
 * `null` for anything else: years and months (their length varies), negative ones, more than {@link LONGEST_DURATION_MS}.
 */
export function parseIsoDuration(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null || text.length > 100) return null;
  const ms = ISO_UNITS.reduce((sum, unit, i) => sum + unit * Number(match[i + 1] ?? 0), 0);
  return withinRange(Math.round(ms));
}

/** ISO 8601 text of a length in milliseconds: `formatIsoDuration(90_061_500)` is `P1DT1H1M1.5S`, zero is `PT0S`. */
export function formatIsoDuration(ms: number): string {
  const days = Math.floor(ms / DAY);
  const hours = Math.floor((ms % DAY) / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  const seconds = (ms % MINUTE) / SECOND;
  const time = [part(hours, 'H'), part(minutes, 'M'), part(seconds, 'S')].join('');
  if (days === 0 && time === '') return 'PT0S';
  return `P${part(days, 'D')}${time === '' ? '' : `T${time}`}`;
}

function part(amount: number, unit: string): string {
  return amount === 0 ? '' : `${amount}${unit}`;
}

/**
 * Milliseconds of a duration object (`{hours: 1, minutes: 30}`).
 * `null` when it is empty, has another key, or a member is not a whole number of zero or more.
 */
export function durationObjectToMs(object: JsonObject): number | null {
  const keys = Object.keys(object);
  if (keys.length === 0) return null;
  let sum = 0;
  for (const key of keys) {
    const amount = own(object, key);
    const unit = Object.hasOwn(OBJECT_UNITS, key) ? OBJECT_UNITS[key] : undefined;
    if (unit === undefined || typeof amount !== 'number' || !Number.isInteger(amount) || amount < 0)
      return null;
    sum += unit * amount;
  }
  return withinRange(sum);
}

function withinRange(ms: number): number | null {
  return ms <= LONGEST_DURATION_MS ? ms : null;
}
