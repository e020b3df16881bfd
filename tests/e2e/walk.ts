import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import { blocksOf } from './markdown.ts';

const run = promisify(execFile);

/** One block of commands and what the page says they print. */
interface Leg {
  readonly commands: string;
  readonly promised: string;
}

/** What {@link walk} needs. */
export interface WalkParams {
  /** The part of a page between its marks. */
  readonly part: string;
  /** Where the commands run. */
  readonly folder: string;
  /** What stands on the page, and what takes its place. */
  readonly replace: readonly (readonly [string, string])[];
}

/** Runs a page's blocks of commands in one shell, and answers what each printed beside what the page promises. */
export async function walk(
  params: WalkParams,
): Promise<readonly { readonly promised: string; readonly printed: string }[]> {
  const replaced = params.replace.reduce((text, [from, to]) => text.replaceAll(from, to), params.part);
  const legs = legsOf(replaced);
  const mark = '=====next leg=====';
  const script = join(params.folder, 'walk.sh');
  await writeFile(script, legs.map(({ commands }) => commands).join(`\necho '${mark}'\n`));
  const { stdout } = await run('bash', ['-eo', 'pipefail', script], { cwd: params.folder, timeout: 50_000 });
  const printed = stdout.split(`${mark}\n`);
  return legs.map(({ promised }, index) => ({ promised, printed: printed[index] ?? '' }));
}

function legsOf(part: string): readonly Leg[] {
  const blocks = blocksOf(part);
  return blocks.flatMap(({ language, text }, index) => {
    const after = blocks[index + 1];
    return language === 'sh'
      ? [{ commands: text, promised: after?.language === 'text' ? after.text : '' }]
      : [];
  });
}

/**
 * The first piece of what a page promises that was not printed behind the pieces before it; null when all were. `…` on the
 * page stands for anything, ids and keys for others of their kind, and white space does not count.
 */
export function brokenPromise(promised: string, printed: string): string | null {
  const all = plain(printed);
  let at = 0;
  for (const piece of plain(promised).split('…')) {
    const found = all.indexOf(piece, at);
    if (found < 0) return `${piece} in ${all.slice(at)}`;
    at = found + piece.length;
  }
  return null;
}

function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, '')
    .replaceAll(/\b[0-9a-f]{8}-/g, 'id-')
    .replaceAll(/-[0-9a-f]{12}\.html/g, '-key.html');
}

/** The programs that are not on PATH. With CI set that is an error: there they must be had. */
export function missingPrograms(programs: readonly string[]): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const missing = programs.filter((name) => !folders.some((folder) => isExecutable(join(folder, name))));
  if (missing.length > 0 && process.env['CI']) throw new Error(`Not on PATH: ${missing.join(', ')}.`);
  return missing;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or no program.
    return false;
  }
}
