import { describe, expect, it } from '@jest/globals';
import { compareVersions, parseRange, parseVersion, requireVersion, sortKey } from './semver.ts';

/** Examples of the order from the specification of semantic versions, lowest first. */
const ORDER = [
  '0.9.9',
  '1.0.0-0',
  '1.0.0-2',
  '1.0.0-10',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-alpha-1',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.2.0',
  '1.10.0',
  '10.0.0',
];

function holds(range: string, ...versions: readonly string[]): readonly boolean[] {
  const inRange = parseRange(range);
  return versions.map((version) => inRange?.(requireVersion(version)) ?? false);
}

describe('parseVersion()', () => {
  it('takes a version apart and leaves build metadata out', () => {
    expect(parseVersion('1.2.3-rc.1+build.7')).toEqual({ core: [1, 2, 3], prerelease: ['rc', '1'] });
  });

  it('refuses what is no semantic version', () => {
    for (const text of [
      '',
      '1',
      '1.2',
      '01.2.3',
      '1.2.3-',
      '1.2.3-01',
      '1.2.3-a..b',
      'v1.2.3',
      ' 1.2.3',
      '1.2.3+',
    ]) {
      expect(parseVersion(text)).toBeNull();
    }
    expect(() => requireVersion('one')).toThrow('"one" is not a semantic version');
  });
});

describe('sortKey()', () => {
  it('orders texts as the specification orders versions', () => {
    const shuffled = [...ORDER].reverse();
    const byKey = (a: string, b: string): number =>
      sortKey(requireVersion(a)) < sortKey(requireVersion(b)) ? -1 : 1;
    expect(shuffled.sort(byKey)).toEqual(ORDER);
  });

  it('gives versions that differ in build metadata one place', () => {
    expect(compareVersions(requireVersion('1.0.0+a'), requireVersion('1.0.0+b'))).toBe(0);
    expect(compareVersions(requireVersion('1.0.0'), requireVersion('2.0.0'))).toBeLessThan(0);
    expect(compareVersions(requireVersion('2.0.0'), requireVersion('1.0.0'))).toBeGreaterThan(0);
  });
});

describe('parseRange()', () => {
  it('reads exact and partial versions', () => {
    expect(holds('1.2.3', '1.2.3', '1.2.4')).toEqual([true, false]);
    expect(holds('1', '1.0.0', '1.9.9', '2.0.0')).toEqual([true, true, false]);
    expect(holds('1.x', '1.5.0', '2.0.0')).toEqual([true, false]);
    expect(holds('1.2.*', '1.2.9', '1.3.0')).toEqual([true, false]);
    expect(holds('*', '0.0.1', '99.0.0')).toEqual([true, true]);
  });

  it('reads carets', () => {
    expect(holds('^1.2', '1.1.9', '1.2.0', '1.99.0', '2.0.0')).toEqual([false, true, true, false]);
    expect(holds('^0.2.3', '0.2.3', '0.2.9', '0.3.0')).toEqual([true, true, false]);
    expect(holds('^0.0.3', '0.0.3', '0.0.4')).toEqual([true, false]);
    expect(holds('^0.0', '0.0.9', '0.1.0')).toEqual([true, false]);
    expect(holds('^0', '0.9.0', '1.0.0')).toEqual([true, false]);
  });

  it('reads tildes', () => {
    expect(holds('~1.2.3', '1.2.2', '1.2.9', '1.3.0')).toEqual([false, true, false]);
    expect(holds('~1', '1.9.0', '2.0.0')).toEqual([true, false]);
  });

  it('reads comparators that must all hold, and alternatives', () => {
    expect(holds('>=1 <2', '0.9.0', '1.0.0', '1.9.9', '2.0.0')).toEqual([false, true, true, false]);
    expect(holds('> 1.2 <= 2.1', '1.2.9', '1.3.0', '2.1.7', '2.2.0')).toEqual([false, true, true, false]);
    expect(holds('>1.2.3 <=1.2.5', '1.2.3', '1.2.5', '1.2.6')).toEqual([false, true, false]);
    expect(holds('1.0.0 || ^3', '1.0.0', '2.0.0', '3.4.5')).toEqual([true, false, true]);
  });

  it('leaves prereleases out unless the range names one of the same version', () => {
    expect(holds('^1.2', '1.3.0-rc.1', '2.0.0-rc.1')).toEqual([false, false]);
    expect(holds('^1.2.0-rc.1', '1.2.0-rc.2', '1.2.0', '1.3.0-rc.1')).toEqual([true, true, false]);
    expect(holds('*', '1.0.0-rc.1')).toEqual([false]);
  });

  it('is null for what is no range', () => {
    for (const text of ['', 'latest', '1.2.3.4', '>= ', '^', '1 - 2', 'x'.repeat(300), '1.2.3 ||']) {
      expect(parseRange(text)).toBeNull();
    }
  });
});
