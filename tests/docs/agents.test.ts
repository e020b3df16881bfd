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
});
