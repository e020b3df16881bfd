import { relative } from 'node:path';
import type { CoverageMap, FileCoverage } from 'istanbul-lib-coverage';

/** How much of a folder's code must run in unit and integration tests. */
export interface CoverageGate {
  /** Folder of a package, from the root of the repository. */
  readonly folder: string;
  /** Least share of its lines and of its branches, in percent. */
  readonly least: { readonly lines: number; readonly branches: number };
}

/** What a gate found. */
export interface CoverageFinding extends CoverageGate {
  /** Percent, rounded down to a tenth. */
  readonly lines: number;
  readonly branches: number;
  readonly held: boolean;
  /** Files with most that did not run, and where. */
  readonly gaps: readonly string[];
}

/** Files named in a finding. */
const MOST_GAPS = 20;

/** Judges each gate by the files below its folder of the repository at `root`. A gate without files does not hold. */
export function judgeCoverage(
  map: CoverageMap,
  gates: readonly CoverageGate[],
  root: string,
): readonly CoverageFinding[] {
  const all = map
    .files()
    .map((file) => ({ path: relative(root, file), coverage: map.fileCoverageFor(file) }));
  return gates.map((gate) => {
    const files = all.filter(({ path }) => path.startsWith(`${gate.folder}/`));
    const summaries = files.map(({ coverage }) => coverage.toSummary());
    const lines = percentOf(summaries.map((summary) => summary.lines));
    const branches = percentOf(summaries.map((summary) => summary.branches));
    const held = files.length > 0 && lines >= gate.least.lines && branches >= gate.least.branches;
    const gaps = files.map(gapOf).filter(({ size }) => size > 0);
    const largest = gaps.toSorted((a, b) => b.size - a.size).slice(0, MOST_GAPS);
    return { ...gate, lines, branches, held, gaps: largest.map(({ text }) => text) };
  });
}

interface Share {
  readonly covered: number;
  readonly total: number;
}

function percentOf(shares: readonly Share[]): number {
  const total = shares.reduce((sum, share) => sum + share.total, 0);
  const covered = shares.reduce((sum, share) => sum + share.covered, 0);
  return total === 0 ? 100 : Math.floor((covered / total) * 1000) / 10;
}

function gapOf(file: { readonly path: string; readonly coverage: FileCoverage }): {
  readonly size: number;
  readonly text: string;
} {
  const { branches } = file.coverage.toSummary();
  const lines = file.coverage.getUncoveredLines();
  const missed = branches.total - branches.covered;
  const text = `${file.path}: lines ${lines.join(',') || 'none'}, ${missed} of ${branches.total} branches`;
  return { size: lines.length + missed, text };
}
