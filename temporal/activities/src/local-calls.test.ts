import { describe, expect, it } from '@jest/globals';
import { createLocalCalls } from './local-calls.ts';

describe('createLocalCalls()', () => {
  it('gives up a call that begins after it was given up, and only that one', () => {
    const calls = createLocalCalls();
    const givenUp: string[] = [];
    calls.abandon('a', true);
    calls.abandon('b', false);
    for (const name of ['a', 'b', 'a']) calls.note(name, () => void givenUp.push(name));
    expect(givenUp).toEqual(['a']);
  });

  it('gives up a call under way, until it is forgotten', () => {
    const calls = createLocalCalls();
    const givenUp: string[] = [];
    const forget = calls.note('a', () => void givenUp.push('a'));
    calls.abandon('a', true);
    forget();
    calls.abandon('a', false);
    expect(givenUp).toEqual(['a']);
  });
});
