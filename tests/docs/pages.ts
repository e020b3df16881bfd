import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../e2e/markdown.ts';

/** Every file that git knows or would take, from the root. */
export function trackedFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

/** Every page of documentation. */
export function pagePaths(): readonly string[] {
  return trackedFiles().filter((path) => path.endsWith('.md'));
}
