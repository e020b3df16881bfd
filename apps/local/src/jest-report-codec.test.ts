import { describe, expect, it } from '@jest/globals';
import { parseJestReport } from './jest-report-codec.ts';

const report = {
  numPassedTests: 7,
  numFailedTests: 1,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};

describe('parseJestReport()', () => {
  it('counts tests', () => {
    expect(parseJestReport(JSON.stringify(report))).toEqual({ passed: 7, failed: 1 });
  });

  it('counts files that could not run and skipped tests as failures', () => {
    const worse = { ...report, numRuntimeErrorTestSuites: 2, numPendingTests: 3, numTodoTests: 1 };
    expect(parseJestReport(JSON.stringify(worse))).toEqual({ passed: 7, failed: 7 });
  });

  it('refuses a file that is no report', () => {
    expect(() => parseJestReport('{}')).toThrow('numFailedTests');
    expect(() => parseJestReport('null')).toThrow('not an object');
  });
});
