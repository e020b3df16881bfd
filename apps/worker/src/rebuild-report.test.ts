import { parseRunId, type RunId } from '@baton/core';
import { describe, expect, it } from '@jest/globals';
import { createProgress, toLines } from './rebuild-report.ts';
import type { NamedRun, RebuildReport } from './rebuild.ts';

const ID = '01a1ff5b-fa66-7813-a265-38c3c080cdd7';
const NOTHING: RebuildReport = { rebuilt: 0, unstarted: 0, partly: [], withoutHistory: [], failed: [] };

function aRun(error?: unknown): NamedRun {
  const runId: RunId | null = parseRunId(ID);
  if (runId === null) throw new Error('The sample is no run id.');
  return { runId, status: 'completed', ...(error === undefined ? {} : { error }) };
}

describe('toLines()', () => {
  it('counts what every run came to', () => {
    expect(toLines(NOTHING)).toEqual(['0 runs rebuilt, 0 without history (left as they were), 0 failed']);
    expect(toLines({ ...NOTHING, rebuilt: 1, unstarted: 2 })).toEqual([
      '1 run rebuilt, 0 without history (left as they were), 2 not started yet, 0 failed',
    ]);
  });

  it('names what was not rebuilt whole, and why it failed', () => {
    const failed = [aRun(new Error('It is broken.')), aRun('odd')];
    expect(toLines({ ...NOTHING, partly: [aRun()], withoutHistory: [aRun()], failed })).toEqual([
      'Rebuilt in part, older histories are not retained:',
      `  ${ID} (completed)`,
      'Left as they were, no history is retained:',
      `  ${ID} (completed)`,
      'Failed:',
      `  ${ID} (completed): It is broken.`,
      `  ${ID} (completed): odd`,
      '0 runs rebuilt, 1 in part, 1 without history (left as they were), 2 failed',
    ]);
  });

  it('names a hundred of a kind at most', () => {
    const lines = toLines({ ...NOTHING, withoutHistory: Array.from({ length: 103 }, () => aRun()) });
    expect(lines).toHaveLength(103);
    expect(lines.at(-2)).toBe('  and 3 more');
  });
});

describe('createProgress()', () => {
  it('says every two seconds how many runs were looked at', () => {
    const lines: string[] = [];
    let now = 0;
    const looked = createProgress(
      (line) => lines.push(line),
      () => now,
    );
    looked(1);
    now = 2_000;
    looked(2);
    looked(3);
    now = 5_000;
    looked(40);
    expect(lines).toEqual(['  2 runs looked at after 2 s', '  40 runs looked at after 5 s']);
  });
});
