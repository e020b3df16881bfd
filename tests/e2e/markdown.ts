import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** Name in a comment `<!-- file: name -->` above the block. */
  readonly file: string | null;
}

/** A file of the checkout as text. */
export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = page.split('\n');
  let open: { readonly line: number; readonly language: string; readonly file: string | null } | null = null;
  let file: string | null = null;
  for (const [index, line] of lines.entries()) {
    const language = /^```(\w*)\s*$/.exec(line)?.[1];
    if (open !== null && language === '') {
      blocks.push({ ...open, text: lines.slice(open.line, index).join('\n') });
      open = null;
    } else if (open === null && language !== undefined) {
      open = { line: index + 1, language, file };
      file = null;
    } else if (open === null) {
      file = /^<!-- file: (\S+) -->$/.exec(line)?.[1] ?? (line === '' ? file : null);
    }
  }
  if (open !== null) throw new Error(`The block that begins in line ${open.line} is never closed.`);
  return blocks;
}

/** The page without its blocks, line for line, so that what stands in code is not taken for prose. */
export function proseOf(page: string): string {
  let inside = false;
  return page
    .split('\n')
    .map((line) => {
      const fence = line.startsWith('```');
      if (fence) inside = !inside;
      return fence || inside ? '' : line;
    })
    .join('\n');
}

/** What stands between `<!-- executed: name -->` and the next `<!-- end: name -->`. Throws when there is no such part. */
export function executedPart(page: string, name: string): string {
  const part = page.split(`<!-- executed: ${name} -->`)[1]?.split(`<!-- end: ${name} -->`)[0];
  if (part === undefined) throw new Error(`Nothing is marked "executed: ${name}".`);
  return part;
}
