import { describe, expect, it } from '@jest/globals';
import { parseRetentionSeconds, parseSearchAttributes, parseServerVersion } from './server-answers-codec.ts';

describe('parseSearchAttributes()', () => {
  it('gives names and types, and nothing for anything else', () => {
    const customAttributes = { BatonWorkspace: 'INDEXED_VALUE_TYPE_KEYWORD', odd: 1 };
    expect(parseSearchAttributes({ customAttributes })).toEqual({
      BatonWorkspace: 'INDEXED_VALUE_TYPE_KEYWORD',
    });
    for (const odd of [null, 'x', {}, { customAttributes: null }, { customAttributes: 'x' }])
      expect(parseSearchAttributes(odd)).toEqual({});
  });
});

describe('parseRetentionSeconds()', () => {
  it('reads a duration in seconds', () => {
    expect(parseRetentionSeconds({ config: { workflowExecutionRetentionTtl: '604800s' } })).toBe(604_800);
  });

  it('gives null when there is none', () => {
    for (const odd of [null, {}, { config: 1 }, { config: { workflowExecutionRetentionTtl: 5 } }])
      expect(parseRetentionSeconds(odd)).toBeNull();
    expect(parseRetentionSeconds({ config: { workflowExecutionRetentionTtl: 'long' } })).toBeNull();
  });
});

describe('parseServerVersion()', () => {
  it('reads major and minor', () => {
    expect(parseServerVersion({ serverVersion: '1.29.1' })).toEqual([1, 29]);
  });

  it('gives null when there is none', () => {
    for (const odd of [null, {}, { serverVersion: 1 }, { serverVersion: 'new' }])
      expect(parseServerVersion(odd)).toBeNull();
  });
});
