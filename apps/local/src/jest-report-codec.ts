/** What a jest run counted. */
export interface JestReport {
  readonly passed: number;
  /** Failed tests, files that could not run, and skipped tests: a test that does not run proves nothing. */
  readonly failed: number;
}

function count(report: object, name: string): number {
  const found: unknown = Object.entries(report).find(([key]) => key === name)?.[1];
  if (typeof found !== 'number') throw new Error(`The jest report gives no number for ${name}.`);
  return found;
}

/** Reads the file that `jest --json --outputFile` writes. Throws when it is not such a file. */
export function parseJestReport(text: string): JestReport {
  const report: unknown = JSON.parse(text);
  if (typeof report !== 'object' || report === null) throw new Error('The jest report is not an object.');
  const failed =
    count(report, 'numFailedTests') +
    count(report, 'numRuntimeErrorTestSuites') +
    count(report, 'numPendingTests') +
    count(report, 'numTodoTests');
  return { passed: count(report, 'numPassedTests'), failed };
}
