import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { vendorTable, writeVendorBlock, type VendorRun } from './vendor-block.ts';
import { parseFileCounts } from './vendor-report-codec.ts';
import { pathsWithout } from './vendor-parts.ts';
import { VENDORS } from './vendors.ts';
import { vendorsLeftOut } from './verify-vendors.ts';

const [first] = VENDORS;
const name = first?.name ?? '';
const report = {
  testResults: [
    {
      name: `/somewhere/${first?.tests ?? ''}one.vendors.test.ts`,
      status: 'failed',
      assertionResults: [
        { status: 'passed' },
        { status: 'passed' },
        { status: 'failed' },
        { status: 'pending' },
      ],
    },
    { name: '/somewhere/broken.vendors.test.ts', status: 'failed', assertionResults: [] },
  ],
};

const run: VendorRun = {
  files: parseFileCounts(JSON.stringify(report)),
  parts: { seconds: new Map([[name, 12]]), missing: new Map() },
  date: new Date('2026-01-02T03:04:05Z'),
};

describe('parseFileCounts()', () => {
  it('counts what did not run as a failure', () => {
    expect(run.files.map(({ passed, failed }) => [passed, failed])).toEqual([
      [2, 2],
      [0, 1],
    ]);
  });
});

describe('writeVendorBlock()', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-block-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('puts the table of a run between the marks, and nothing else', async () => {
    const page = join(folder, 'page.md');
    const marks = '<!-- vendors: written by `npm run test:vendors` -->\nold\n<!-- /vendors -->';
    await writeFile(page, `Before.\n${marks}\nAfter.\n`);
    await writeVendorBlock(page, run);
    const text = await readFile(page, 'utf8');
    expect(text).toContain(vendorTable(run));
    expect(text).toContain('Last run on 2026-01-02');
    expect(text).toMatch(new RegExp(`\\| ${name} +\\| ${first?.version} +\\| 2 +\\| 2 +\\| 12 s`));
    expect([text.startsWith('Before.\n<!--'), text.endsWith('-->\nAfter.\n'), text.includes('old')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('says so when the page has no place for it', async () => {
    const page = join(folder, 'page.md');
    await writeFile(page, 'Nothing.');
    await expect(writeVendorBlock(page, run)).rejects.toThrow('no place for the vendors');
  });
});

describe('what cannot be had', () => {
  it('is left out, and nothing else', () => {
    expect(pathsWithout(run.parts)).toBeUndefined();
    const missing = new Map([[name, 'It could not be had.']]);
    expect(pathsWithout({ ...run.parts, missing })).toBe(`(${first?.tests})`);
  });

  it('is tried with all other tests in CI only, while there is time', () => {
    expect(vendorsLeftOut(false, 0)).toContain('npm run test:vendors');
    expect(vendorsLeftOut(true, 14 * 60_000)).toBeUndefined();
    expect(vendorsLeftOut(true, 16 * 60_000)).toContain('16 minutes');
  });
});
