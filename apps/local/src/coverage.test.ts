import { describe, expect, it } from '@jest/globals';
import { parseCoverage } from './coverage-codec.ts';
import { judgeCoverage } from './coverage.ts';

const at = (line: number): object => ({ start: { line, column: 0 }, end: { line, column: 9 } });

/** Coverage of a file of two lines and one branch of two arms. */
function report(path: string, lines: readonly number[], arms: readonly number[]): string {
  const [s0, s1] = lines;
  return JSON.stringify({
    [path]: {
      path,
      statementMap: { 0: at(1), 1: at(2) },
      fnMap: {},
      branchMap: { 0: { loc: at(1), type: 'if', locations: [at(1), at(1)] } },
      s: { 0: s0, 1: s1 },
      f: {},
      b: { 0: arms },
    },
  });
}

describe('judgeCoverage()', () => {
  const file = '/repo/packages/a/src/one.ts';
  const gates = [{ folder: 'packages/a', least: { lines: 75, branches: 75 } }];

  it('adds up what different runs have covered', () => {
    const map = parseCoverage([report(file, [1, 0], [1, 0]), report(file, [0, 3], [0, 1])]);
    expect(judgeCoverage(map, gates, '/repo')).toEqual([
      {
        folder: 'packages/a',
        least: { lines: 75, branches: 75 },
        lines: 100,
        branches: 100,
        held: true,
        gaps: [],
      },
    ]);
  });

  it('needs lines and branches, and names what did not run', () => {
    const map = parseCoverage([report(file, [1, 1], [1, 0])]);
    expect(judgeCoverage(map, gates, '/repo')).toEqual([
      {
        folder: 'packages/a',
        least: { lines: 75, branches: 75 },
        lines: 100,
        branches: 50,
        held: false,
        gaps: ['packages/a/src/one.ts: lines none, 1 of 2 branches'],
      },
    ]);
  });

  it('does not hold for a folder without files, nor count a folder with a longer name', () => {
    const map = parseCoverage([report('/repo/packages/ab/src/one.ts', [1, 1], [1, 1])]);
    expect(judgeCoverage(map, gates, '/repo')).toMatchObject([{ held: false }]);
  });

  it('refuses what is no report', () => {
    expect(() => parseCoverage(['null'])).toThrow('not an object');
  });
});
