import { VENDORS } from '../../apps/local/src/vendors.ts';
import { createAdapters } from '../../packages/agents/src/index.ts';
import { describe, expect, it } from '@jest/globals';
import { readPage } from '../e2e/markdown.ts';

const yes = (flag: boolean): string => (flag ? 'yes' : 'no');

describe('docs/agents.md', () => {
  it('says of every adapter what it can', () => {
    const row = /^\| `(\w+)`\s+\|[^|\n]*\| (yes|no)\s*\| (yes|no)\s*\| (yes|no)\s*\| (yes|no)\s*\|/gm;
    const told = [...readPage('docs/agents.md').matchAll(row)].map(([, ...cells]) => cells);
    const known = createAdapters().map(({ kind, capabilities: can }) => [
      kind,
      yes(can.streaming),
      yes(can.sessions),
      yes(can.pauses),
      yes(can.cancel),
    ]);
    expect(told).toEqual(known);
  });

  it('tells of the last run of the tests of every vendor, in the versions that are tested now', () => {
    const page = readPage('docs/agents.md');
    const block =
      /<!-- vendors: .*-->\s+Last run on \d{4}-\d\d-\d\d:\n(.*)<!-- \/vendors -->/s.exec(page)?.[1] ?? '';
    const row = /^\| (\S+) +\| (\S+) +\| (\d+) +\| (\d+) +\| (?:\d+ s|by its tests) +\|$/gm;
    const rows = [...block.matchAll(row)];
    expect(rows.map(([, name, version]) => [name, version])).toEqual(
      VENDORS.map(({ name, version }) => [name, version]),
    );
    expect(rows.filter(([, , , passed, failed]) => passed === '0' || failed !== '0')).toEqual([]);
  });
});
