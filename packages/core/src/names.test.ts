import { describe, expect, it } from '@jest/globals';
import { compareVersions, isName, isVariableName, isVersion, isVersionRange, satisfies } from './names.ts';

describe('isName()', () => {
  it('takes letters, digits and inner hyphens, at most 63', () => {
    expect(['a', 'order-2', 'A1', 'x'.repeat(63)].every(isName)).toBe(true);
    expect(['', '-a', 'a-', 'a.b', 'a_b', 'a b', 'x'.repeat(64)].some(isName)).toBe(false);
  });
});

describe('isVersion()', () => {
  it('takes semantic versions only', () => {
    expect(['0.0.0', '1.2.3', '1.0.0-rc.1', '1.0.0+b.7'].every(isVersion)).toBe(true);
    expect(['1', '1.0', 'v1.0.0', '01.0.0', '1.0.0-', `1.0.0-${'a'.repeat(60)}`].some(isVersion)).toBe(false);
  });
});

describe('isVariableName()', () => {
  it('takes what may follow the dollar sign', () => {
    expect(['item', '_x1'].every(isVariableName)).toBe(true);
    expect(['', '$item', '1x', 'a-b', 'a'.repeat(65)].some(isVariableName)).toBe(false);
  });
});

describe('isVersionRange()', () => {
  it('takes versions, prefixes, carets and tildes', () => {
    expect(['2', '2.1', '2.1.0', '^2.1.0', '~2.1', '1.0.0-rc.1'].every(isVersionRange)).toBe(true);
    expect(['', 'latest', '>=2', '2.x', '*', '^'].some(isVersionRange)).toBe(false);
  });
});

describe('compareVersions()', () => {
  it('orders by precedence', () => {
    const ordered = [
      '1.0.0-1',
      '1.0.0-2',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-beta',
      '1.0.0',
      '1.0.10',
      '1.1.0',
      '10.0.0',
    ];
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(i - j));
    }
    expect(compareVersions('nonsense', '0.0.0')).toBe(0);
  });

  it('does not count build metadata', () => {
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
    expect(compareVersions('1.0.0-a', '1.0.0-a')).toBe(0);
  });
});

describe('satisfies()', () => {
  it('takes a prefix for every version that begins so', () => {
    expect(satisfies('2.4.1', '2')).toBe(true);
    expect(satisfies('2.4.1', '2.4')).toBe(true);
    expect(satisfies('3.0.0', '2')).toBe(false);
    expect(satisfies('20.0.0', '2')).toBe(false);
  });

  it('keeps the leftmost number that is not zero with a caret', () => {
    expect(satisfies('1.9.0', '^1.2.3')).toBe(true);
    expect(satisfies('1.2.2', '^1.2.3')).toBe(false);
    expect(satisfies('0.2.9', '^0.2.3')).toBe(true);
    expect(satisfies('0.3.0', '^0.2.3')).toBe(false);
    expect(satisfies('0.0.0', '^0.0.0')).toBe(true);
  });

  it('keeps major and minor with a tilde', () => {
    expect(satisfies('1.2.9', '~1.2.3')).toBe(true);
    expect(satisfies('1.3.0', '~1.2.3')).toBe(false);
    expect(satisfies('1.3.0', '~1')).toBe(true);
  });

  it('meets a prerelease by its exact name only', () => {
    expect(satisfies('2.0.0-rc.1', '2')).toBe(false);
    expect(satisfies('2.0.0-rc.1', '2.0.0-rc.1')).toBe(true);
    expect(satisfies('2.0.0', 'latest')).toBe(false);
  });
});
