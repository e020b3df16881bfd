import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isUuid } from './ids.ts';
import { uuidFromHash } from './uuid.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('uuidFromHash()', () => {
  it('keeps the bits of the hash but for version and variant', () => {
    expect(uuidFromHash('0'.repeat(64))).toBe('00000000-0000-8000-8000-000000000000');
    expect(uuidFromHash('f'.repeat(64))).toBe('ffffffff-ffff-8fff-bfff-ffffffffffff');
  });

  it('is a UUID of version 8 for any hash, the same for the same', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const id = uuidFromHash(hash(text));
        expect(isUuid(id)).toBe(true);
        expect(id).toMatch(/^.{14}8.{4}[89ab]/);
        expect(uuidFromHash(hash(text))).toBe(id);
      }),
      { numRuns: 50 },
    );
  });
});
