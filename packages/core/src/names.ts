const NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;
const RANGE = /^([\^~]?)(0|[1-9]\d{0,8})(?:\.(0|[1-9]\d{0,8}))?(?:\.(0|[1-9]\d{0,8}))?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** True for a name of the language: 1 to 63 letters, digits and inner hyphens (workflows, namespaces, agents). */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** True for a semantic version (`1.4.0`, `2.0.0-rc.1`) of at most 64 characters. */
export function isVersion(text: string): boolean {
  return text.length <= 64 && VERSION.test(text);
}

/** True for what may follow `$` as the name of a loop's or a catch's variable. */
export function isVariableName(text: string): boolean {
  return VARIABLE.test(text);
}

/** True for a version or a range that {@link satisfies} understands: `2`, `2.1`, `^2.1.0`, `~2.1`. */
export function isVersionRange(text: string): boolean {
  return isVersion(text) || RANGE.test(text);
}

/** Order of two semantic versions by precedence: negative, zero or positive. Build metadata does not count. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [splitVersion(a), splitVersion(b)];
  const difference = left.numbers
    .map((number, i) => number - Number(right.numbers[i]))
    .find((gap) => gap !== 0);
  return difference ?? comparePrereleases(left.prerelease, right.prerelease);
}

/**
 * Whether a version lies in a range. `2` and `2.1` mean every version that begins so, `^` keeps the leftmost number that is
 * not zero, `~` keeps major and minor, a whole version means itself. Prereleases are only met by their exact name.
 */
export function satisfies(version: string, range: string): boolean {
  if (isVersion(range)) return compareVersions(version, range) === 0;
  const match = RANGE.exec(range);
  const { numbers, prerelease } = splitVersion(version);
  if (match === null || prerelease.length > 0) return false;
  const given = match.slice(2).flatMap((text) => (text === undefined ? [] : [Number(text)]));
  const fixed = match[1] === '' ? given.length : fixedNumbers(match[1] === '^', given);
  const floor = [0, 1, 2].map((i) => given[i] ?? 0).join('.');
  return (
    given.slice(0, fixed).every((number, i) => number === numbers[i]) && compareVersions(version, floor) >= 0
  );
}

function fixedNumbers(caret: boolean, given: readonly number[]): number {
  if (!caret) return Math.min(2, given.length);
  const first = given.findIndex((number) => number > 0);
  return first === -1 ? given.length : first + 1;
}

/** Parts of a version; a text that is none counts as 0.0.0. */
function splitVersion(text: string): { numbers: readonly number[]; prerelease: readonly string[] } {
  const [, major = 0, minor = 0, patch = 0, prerelease] = VERSION.exec(text) ?? [];
  return { numbers: [major, minor, patch].map(Number), prerelease: prerelease?.split('.') ?? [] };
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  // A release follows all of its prereleases.
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [numericA, numericB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numericA && numericB) return Number(a) - Number(b);
  if (numericA !== numericB) return numericA ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
