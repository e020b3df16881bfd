/** A moment in UTC, in C's terms: months from 0, weekdays from Sunday, days of the year from 0. */
export interface BrokenDown {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  /** May have a fraction. */
  readonly seconds: number;
  readonly weekday: number;
  readonly yearday: number;
}

const secondsPerDay = 86_400;

/** Days from 1970-01-01 to a date of the Gregorian calendar; months and days may lie outside their ranges. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const years = year + Math.floor(month / 12);
  const march = (((month % 12) + 12) % 12) - 2;
  // Years that begin in March have their leap day at the end.
  const shifted = march < 0 ? years - 1 : years;
  const monthFromMarch = march < 0 ? march + 12 : march;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Breaks seconds since 1970 down; a fraction stays with the seconds, and before 1970 it is, as in jq, added to them. */
export function brokenDown(epoch: number): BrokenDown {
  const whole = Math.trunc(epoch);
  const days = Math.floor(whole / secondsPerDay);
  const rest = whole - days * secondsPerDay;
  const { year, month, day } = civilFromDays(days);
  return {
    year,
    month,
    day,
    hours: Math.floor(rest / 3600),
    minutes: Math.floor(rest / 60) % 60,
    seconds: (rest % 60) + (epoch - Math.floor(epoch)),
    ...calendar(year, month, day),
  };
}

function civilFromDays(days: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const march = Math.floor((5 * dayOfYear + 2) / 153);
  const month = march < 10 ? march + 2 : march - 10;
  const year = yearOfEra + era * 400 + (month < 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * march + 2) / 5) + 1 };
}

/** The weekday and the day of the year of a date. */
export function calendar(
  year: number,
  month: number,
  day: number,
): { readonly weekday: number; readonly yearday: number } {
  const days = daysFromCivil(year, month, day);
  return { weekday: (((days + 4) % 7) + 7) % 7, yearday: days - daysFromCivil(year, 0, 1) };
}

/** Seconds since 1970, without any fraction. */
export function toSeconds(time: BrokenDown): number {
  const days = daysFromCivil(time.year, time.month, time.day);
  return days * secondsPerDay + time.hours * 3600 + time.minutes * 60 + Math.trunc(time.seconds);
}
