import { createAdapters } from '@baton/agents';
import { describe, expect, it } from '@jest/globals';
import { readPage } from '../e2e/markdown.ts';

const yes = (flag: boolean): string => (flag ? 'yes' : 'no');

describe('docs/agents.md', () => {
  it('says of every adapter what it can', () => {
    const rows = readPage('docs/agents.md').matchAll(/^\| `(\w+)`\s+\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|/gm);
    const told = [...rows].map(([, kind, , ...cells]) => [kind, ...cells.map((cell) => cell.trim())]);
    const known = createAdapters().map(({ kind, capabilities: can }) =>
      [kind, yes(can.streaming), yes(can.sessions), yes(can.pauses), yes(can.cancel)],
    );
    expect(told).toEqual(known);
  });
});
