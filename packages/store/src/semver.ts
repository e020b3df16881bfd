import { AppError } from '@baton/core';

/** A semantic version, taken apart. Build metadata takes no part in the order. */
export interface Version {
  readonly core: readonly [number, number, number];
  /** Identifiers after the hyphen; empty for a release. */
  readonly prerelease: readonly string[];
}

const NUMBER = '(0|[1-9]\\d{0,14})';
const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${IDENTIFIERS}))?(?:\\+${IDENTIFIERS})?$`);
const LEADING_ZERO = /^0\d+$/;
const WIDTH = 15;
const LONGEST = 128;

/** The version in a text, or null when it is no semantic version. */
export function parseVersion(text: string): Version | null {
  const match = text.length > LONGEST ? null : VERSION.exec(text);
  if (match === null) return null;
  const [, major = '', minor = '', patch = '', tail] = match;
  const prerelease = tail === undefined ? [] : tail.split('.');
  if (prerelease.some((identifier) => LEADING_ZERO.test(identifier))) return null;
  return { core: [Number(major), Number(minor), Number(patch)], prerelease };
}

/** The version in a text; throws AppError `invalid` when it is no semantic version. */
export function requireVersion(text: string): Version {
  const version = parseVersion(text);
  if (version !== null) return version;
  throw new AppError({
    code: 'invalid',
    message: `"${text}" is not a semantic version; write one like 1.2.3 or 1.2.3-rc.1.`,
  });
}

/**
 * A text whose order by code units is the order of versions: 1.0.0-rc.1 before 1.0.0. `!` lies below everything an
 * identifier may contain and `~` above it.
 */
export function sortKey(version: Version): string {
  const core = version.core.map((part) => String(part).padStart(WIDTH, '0')).join('.');
  if (version.prerelease.length === 0) return `${core}~`;
  return core + version.prerelease.map((identifier) => `!${identifierKey(identifier)}`).join('');
}

function identifierKey(identifier: string): string {
  if (!/^\d+$/.test(identifier)) return `1${identifier}`;
  // Numbers come before words, and the longer number is the larger.
  return `0${String(identifier.length).padStart(3, '0')}${identifier}`;
}

/** Below zero when a comes before b, above it when after, zero when neither. */
export function compareVersions(a: Version, b: Version): number {
  const [left, right] = [sortKey(a), sortKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Tells whether a version lies in a range. */
export type Range = (version: Version) => boolean;

type Parts = readonly [number | null, number | null, number | null];

const PARTIAL = /^[v=]?(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*]))?)?$/;
const COMPARATOR = /^(\^|~|>=|<=|>|<|=)?(.+)$/;

/**
 * Reads a range: `1.2.3`, `1`, `1.x`, `*`, `^1.2`, `~1.2.3`, comparators like `>=1 <2` (all must hold), and
 * alternatives with `||`. A prerelease lies in a range only when the range names one of the same major.minor.patch.
 * Null when the text is no range.
 */
export function parseRange(text: string): Range | null {
  if (text.length > LONGEST * 2) return null;
  const alternatives = text.split('||').map(parseAll);
  if (alternatives.some((one) => one === null)) return null;
  return (version) => alternatives.some((one) => one?.(version) === true);
}

interface Comparator {
  readonly holds: Range;
  /** The version written, when it is a whole one. */
  readonly named: Version | null;
}

function parseAll(text: string): Range | null {
  const words = text
    .trim()
    .replaceAll(/(\^|~|>=|<=|>|<|=)\s+/g, '$1')
    .split(/\s+/);
  const comparators = words.map(parseComparator);
  const known = comparators.filter((one) => one !== null);
  if (known.length !== comparators.length) return null;
  return (version) => known.every(({ holds }) => holds(version)) && prereleaseWanted(version, known);
}

function prereleaseWanted(version: Version, comparators: readonly Comparator[]): boolean {
  if (version.prerelease.length === 0) return true;
  return comparators.some(
    ({ named }) =>
      named !== null && named.prerelease.length > 0 && named.core.join('.') === version.core.join('.'),
  );
}

function parseComparator(word: string): Comparator | null {
  const match = COMPARATOR.exec(word);
  const [, operator = '', rest = ''] = match ?? [];
  const whole = parseVersion(rest);
  const parts = whole === null ? parsePartial(rest) : whole.core;
  if (parts === null) return null;
  const from: Version = whole ?? floor(parts);
  return { holds: toRange(operator, from, { parts, exact: whole }), named: whole };
}

interface Written {
  readonly parts: Parts;
  readonly exact: Version | null;
}

function toRange(operator: string, from: Version, { parts, exact }: Written): Range {
  const until = exact === null ? after(parts) : null;
  switch (operator) {
    case '^':
      return between(from, afterCaret(parts));
    case '~':
      return between(from, after([parts[0], parts[1], null]));
    case '>=':
      return (version) => compareVersions(version, from) >= 0;
    case '<':
      return (version) => compareVersions(version, from) < 0;
    case '>':
      return (version) =>
        exact === null
          ? until !== null && compareVersions(version, until) >= 0
          : compareVersions(version, exact) > 0;
    case '<=':
      return (version) =>
        exact === null
          ? until === null || compareVersions(version, until) < 0
          : compareVersions(version, exact) <= 0;
    default:
      return exact === null ? between(from, until) : (version) => compareVersions(version, exact) === 0;
  }
}

function between(from: Version, until: Version | null): Range {
  return (version) =>
    compareVersions(version, from) >= 0 && (until === null || compareVersions(version, until) < 0);
}

function parsePartial(text: string): Parts | null {
  const match = PARTIAL.exec(text);
  if (match === null) return null;
  const part = (index: number): number | null => {
    const written = match[index];
    return written === undefined || /[xX*]/.test(written) ? null : Number(written);
  };
  const [major, minor, patch] = [part(1), part(2), part(3)];
  // After a free part the rest is free too: 1.x.3 is 1.x.
  if (major === null) return [null, null, null];
  return minor === null ? [major, null, null] : [major, minor, patch];
}

function floor(parts: Parts): Version {
  return { core: [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0], prerelease: [] };
}

/** The first version after all that the parts mean; null when they mean every version. */
function after([major, minor, patch]: Parts): Version | null {
  if (major === null) return null;
  if (minor === null) return bound([major + 1, 0, 0]);
  return patch === null ? bound([major, minor + 1, 0]) : bound([major, minor, patch + 1]);
}

/** The first version whose leftmost part that is not zero differs. */
function afterCaret([major, minor, patch]: Parts): Version | null {
  if (major === null || major > 0 || minor === null) return after([major, null, null]);
  return minor > 0 || patch === null ? after([major, minor, null]) : after([major, minor, patch]);
}

/** The lowest prerelease of a version, so that a range below it leaves its prereleases out. */
function bound(core: Version['core']): Version {
  return { core, prerelease: ['0'] };
}
