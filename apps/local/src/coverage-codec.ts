import istanbul, { type CoverageMap, type CoverageMapData } from 'istanbul-lib-coverage';

/** Adds up the files that `jest --coverage --coverageReporters=json` writes. Throws when one is no JSON object. */
export function parseCoverage(texts: readonly string[]): CoverageMap {
  const map = istanbul.createCoverageMap();
  for (const text of texts) {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null) throw new Error('The coverage report is not an object.');
    map.merge(data as CoverageMapData);
  }
  return map;
}
