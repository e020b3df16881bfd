import { readFile, writeFile } from 'node:fs/promises';
import type { FileCounts } from './vendor-report-codec.ts';
import type { VendorParts } from './vendor-parts.ts';
import { VENDORS } from './vendors.ts';

const BEGIN = '<!-- vendors: written by `npm run test:vendors` -->';
const END = '<!-- /vendors -->';

/** What a run of the vendors' tests has found. */
export interface VendorRun {
  readonly files: readonly FileCounts[];
  readonly parts: VendorParts;
  readonly date: Date;
}

/** The table of a run, as docs/agents.md has it between its marks. */
export function vendorTable({ files, parts, date }: VendorRun): string {
  const rows = VENDORS.map(({ name, version, tests }) => {
    const own = files.filter(({ path }) => path.includes(tests));
    const sum = (key: 'passed' | 'failed'): string => String(own.reduce((all, file) => all + file[key], 0));
    const seconds = parts.seconds.get(name);
    return [
      name,
      version,
      sum('passed'),
      sum('failed'),
      seconds === undefined ? 'by its tests' : `${seconds} s`,
    ];
  });
  const table = alignedTable([['vendor', 'version', 'passed', 'failed', 'installed in'], ...rows]);
  return `Last run on ${date.toISOString().slice(0, 10)}:\n\n${table}`;
}

/** Columns as wide as their longest cells, as the formatter wants them. */
function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

/** Writes a run into a page, between its marks. Throws a sentence when the page has none. */
export async function writeVendorBlock(page: string, run: VendorRun): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin)
    throw new Error(`${page} has no place for the vendors: ${BEGIN} … ${END}.`);
  const block = `${BEGIN}\n\n${vendorTable(run)}\n\n`;
  await writeFile(page, text.slice(0, begin) + block + text.slice(end));
}
