import { describe, expect, it } from '@jest/globals';
import { createSuccession } from './succession.ts';

describe('createSuccession()', () => {
  it('waits for a moment of rest once many events were told', () => {
    const succession = createSuccession(() => ({ historyLength: 9, continueAsNewSuggested: false }));
    succession.note(9_999);
    expect(succession.isDue('resting')).toBe(false);
    succession.note(1);
    expect(succession.isDue('calling')).toBe(false);
    expect(succession.isDue('bound')).toBe(false);
    expect(succession.isDue('resting')).toBe(true);
    expect(succession.holds()).toBe(false);
  });

  it('holds calls back when no such moment comes, and leaves them when they take too long', () => {
    const succession = createSuccession(() => ({ historyLength: 9, continueAsNewSuggested: false }));
    succession.note(15_000);
    expect(succession.holds()).toBe(true);
    expect(succession.isDue('calling')).toBe(false);
    succession.tire();
    expect(succession.isDue('calling')).toBe(true);
    expect(succession.isDue('bound')).toBe(false);
  });

  it('goes on too when much came from outside and nothing was told of it', () => {
    const succession = createSuccession(() => ({ historyLength: 5_000, continueAsNewSuggested: true }));
    expect(succession.isDue('resting')).toBe(false);
    succession.stir();
    expect(succession.isDue('resting')).toBe(true);
  });

  it('follows the suggestion of Temporal, and measures from there', () => {
    const length = { historyLength: 90, continueAsNewSuggested: false };
    const succession = createSuccession(() => length);
    expect(succession.isDue('resting')).toBe(false);
    Object.assign(length, { historyLength: 100, continueAsNewSuggested: true });
    // Nothing has happened but that what was open was taken up.
    expect(succession.isDue('resting')).toBe(false);
    succession.note(1);
    expect(succession.isDue('resting')).toBe(true);
    length.historyLength = 149;
    expect(succession.holds()).toBe(false);
    length.historyLength = 150;
    expect(succession.holds()).toBe(true);
  });
});
