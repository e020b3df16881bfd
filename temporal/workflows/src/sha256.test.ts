import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sha256 } from './sha256.ts';

const reference = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('sha256()', () => {
  it('gives what FIPS 180-4 gives', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('agrees with the platform at every length around its blocks', () => {
    const texts = Array.from({ length: 200 }, (_, length) => 'x'.repeat(length));
    expect(texts.map(sha256)).toEqual(texts.map(reference));
  });

  it('agrees with the platform on any character, lone surrogates too', () => {
    const texts = ['é', '漢字', '🌊'.repeat(40), '\u0000', '\ud800', 'a\udfffb'];
    expect(texts.map(sha256)).toEqual(texts.map(reference));
  });

  it('agrees with the platform on a long text', () => {
    const text = 'Rivers run.'.repeat(2_000);
    expect(sha256(text)).toBe(reference(text));
  });
});
