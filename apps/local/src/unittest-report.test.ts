import { describe, expect, it } from '@jest/globals';
import { parseUnittest } from './unittest-report.ts';

describe('parseUnittest()', () => {
  it('counts what passed', () => {
    expect(parseUnittest('.....\n---\nRan 88 tests in 8.4s\n\nOK\n')).toEqual({ passed: 88, failed: 0 });
  });

  it('counts failures and errors, and leaves out what was skipped', () => {
    const output = 'Ran 10 tests in 1.0s\n\nFAILED (failures=1, errors=2, skipped=3)';
    expect(parseUnittest(output)).toEqual({ passed: 4, failed: 3 });
  });

  it('takes a run that came to no count for a failure', () => {
    expect(parseUnittest('Traceback (most recent call last):')).toEqual({ passed: 0, failed: 1 });
  });
});
