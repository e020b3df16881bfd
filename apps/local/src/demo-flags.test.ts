import { describe, expect, it } from '@jest/globals';
import { readFlags } from './demo-flags.ts';

describe('readFlags()', () => {
  it('reads the demo, its answer and its input', () => {
    expect(readFlags([], false)).toEqual({ demo: false, yes: false, input: null });
    expect(readFlags(['--demo', '--yes', '--input', 'a.txt'], false)).toEqual({
      demo: true,
      yes: true,
      input: 'a.txt',
    });
    expect(readFlags(['--input=b.txt', '--demo'], true)).toEqual({ demo: true, yes: false, input: 'b.txt' });
  });

  it('refuses what it does not know', () => {
    expect(() => readFlags(['--demon'], true)).toThrow('and not "--demon"');
    expect(() => readFlags(['--demo', '--input', '--yes'], true)).toThrow(
      '--input needs the name of a file.',
    );
    expect(() => readFlags(['--yes'], true)).toThrow('belong to --demo');
  });

  it('refuses to ask where nobody can answer', () => {
    expect(() => readFlags(['--demo'], false)).toThrow('add --yes');
  });
});
