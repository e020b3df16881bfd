import { describe, expect, it } from '@jest/globals';
import { idempotencyKey, namesTag, preferredWait, requestIdOf, traceparentOf } from './header-values.ts';

describe('idempotencyKey()', () => {
  it('reads quoted and bare keys alike', () => {
    expect(idempotencyKey('"a b\\"c"')).toBe('a b"c');
    expect(idempotencyKey('8e03-11')).toBe('8e03-11');
    expect(idempotencyKey(undefined)).toBeNull();
  });

  it('refuses everything else', () => {
    for (const header of ['', '""', 'a b', '"open', 'é', 'x'.repeat(256)])
      expect(() => idempotencyKey(header)).toThrow();
  });
});

describe('preferredWait()', () => {
  it('finds wait among preferences and caps it at a minute', () => {
    expect(preferredWait('respond-async, wait=10')).toBe(10);
    expect(preferredWait('WAIT=120')).toBe(60);
    expect(preferredWait('wait=abc, return=minimal')).toBeNull();
    expect(preferredWait(undefined)).toBeNull();
  });
});

describe('namesTag()', () => {
  it('compares strongly', () => {
    expect([namesTag('"1"', '"1"'), namesTag('"0", "1"', '"1"'), namesTag('*', '"1"')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([namesTag('W/"1"', '"1"'), namesTag('1', '"1"'), namesTag('', '"1"')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('requestIdOf()', () => {
  it('keeps plain words and replaces the rest', () => {
    expect(requestIdOf('abc-1.2')).toBe('abc-1.2');
    expect(requestIdOf('a b\n')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('traceparentOf()', () => {
  it('keeps a valid one and makes one otherwise', () => {
    const valid = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(traceparentOf(valid)).toBe(valid);
    for (const header of [undefined, 'x', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])
      expect(traceparentOf(header)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
