import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REQUIREMENTS } from '../../docs/requirements.ts';

/** Ids that scenarios cite: every text of the form of an id between the parentheses of a call of `verifies`. */
function citedIn(source: string): readonly string[] {
  const calls = source.match(/verifies\(\s*(?:\[[^\]]*\]|'[^']*')/g) ?? [];
  return calls.flatMap((call) => call.match(/[A-Z]+-\d+/g) ?? []);
}

describe('docs/requirements.ts', () => {
  const folder = __dirname;
  const scenarios = readdirSync(folder, { encoding: 'utf8', recursive: true }).filter((file) =>
    file.endsWith('.e2e.test.ts'),
  );
  const cited = scenarios.flatMap((file) => citedIn(readFileSync(join(folder, file), 'utf8')));

  it('is cited whole', () => {
    expect(Object.keys(REQUIREMENTS).filter((id) => !cited.includes(id))).toEqual([]);
  });

  it('knows every id that is cited', () => {
    expect(cited.filter((id) => !(id in REQUIREMENTS))).toEqual([]);
  });

  it('would notice an id that is not cited', () => {
    expect(citedIn("it(verifies('RUN-1', 'x')); it(verifies(['RUN-2', 'RUN-3'], 'y'))")).toEqual([
      'RUN-1',
      'RUN-2',
      'RUN-3',
    ]);
  });
});

describe('docs/guarantees.md', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'guarantees.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (-|what fails)/.test(line));

  it('names a promise for every row', () => {
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((row) => !((/([A-Z]+-\d+) *\|$/.exec(row)?.[1] ?? '') in REQUIREMENTS))).toEqual([]);
  });

  it('tells of every promise to last', () => {
    const durable = Object.keys(REQUIREMENTS).filter((id) => id.startsWith('DURABLE-'));
    expect(durable.filter((id) => !page.includes(id))).toEqual([]);
  });
});
