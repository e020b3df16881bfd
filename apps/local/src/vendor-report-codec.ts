/** How many tests of a file passed and failed. */
export interface FileCounts {
  readonly path: string;
  readonly passed: number;
  readonly failed: number;
}

interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

/** The counts by file of what `jest --json --outputFile` writes. A file that could not run has one failure. */
export function parseFileCounts(text: string): readonly FileCounts[] {
  const { testResults } = JSON.parse(text) as { readonly testResults: readonly FileReport[] };
  return testResults.map(({ name, status, assertionResults: tests }) => {
    const passed = tests.filter((test) => test.status === 'passed').length;
    const failed = tests.length - passed;
    return { path: name, passed, failed: status === 'failed' && failed === 0 ? 1 : failed };
  });
}
