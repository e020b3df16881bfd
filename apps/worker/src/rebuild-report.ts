import type { NamedRun, RebuildReport } from './rebuild.ts';

/** Milliseconds between two lines of progress. */
const EVERY_MS = 2_000;

/** Names at most, of each kind. */
const MOST_NAMED = 100;

/** Says now and then how many runs have been looked at. */
export function createProgress(
  say: (line: string) => void,
  now: () => number = Date.now,
): (looked: number) => void {
  const begun = now();
  let said = begun;
  return (looked) => {
    if (now() - said < EVERY_MS) return;
    said = now();
    say(`  ${count(looked, 'run')} looked at after ${Math.round((said - begun) / 1_000)} s`);
  };
}

/** What a rebuild came to, for a person: the counts last. */
export function toLines(report: RebuildReport): readonly string[] {
  const { rebuilt, unstarted, partly, withoutHistory, failed } = report;
  return [
    ...names('Rebuilt in part, older histories are not retained:', partly),
    ...names('Left as they were, no history is retained:', withoutHistory),
    ...names('Failed:', failed),
    [
      `${count(rebuilt, 'run')} rebuilt`,
      ...(partly.length > 0 ? [`${partly.length} in part`] : []),
      `${withoutHistory.length} without history (left as they were)`,
      ...(unstarted > 0 ? [`${unstarted} not started yet`] : []),
      `${failed.length} failed`,
    ].join(', '),
  ];
}

function names(title: string, runs: readonly NamedRun[]): readonly string[] {
  if (runs.length === 0) return [];
  const rest = runs.length - MOST_NAMED;
  return [
    title,
    ...runs
      .slice(0, MOST_NAMED)
      .map(
        ({ runId, status, error }) => `  ${runId} (${status})${error === undefined ? '' : `: ${why(error)}`}`,
      ),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
