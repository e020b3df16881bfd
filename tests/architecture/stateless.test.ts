import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { repositoryPaths } from './repository.ts';

/**
 * Packages whose code is loaded once for all runs of a worker's thread, whatever workspace they are of: what a module of
 * theirs kept, one run could read of another.
 */
const PRELOADED = /^packages\/(core|jq)\/src\/.*(?<!\.test|-fixture)\.ts$/;

/** A variable that can be given another value, or a collection that can be written, at the top level of a module. */
const STATE =
  /^(?:export )?(?:let|var) .*|^(?:export )?const \w+(?:: (?!Readonly)[^=]*)? = new (?:Weak)?(?:Map|Set)\b.*/gm;

function stateIn(text: string): readonly string[] {
  return [...text.matchAll(STATE)].map(([line]) => line);
}

describe('what runs share in the sandbox', () => {
  it('keeps nothing', () => {
    const paths = repositoryPaths().filter((path) => PRELOADED.test(path));
    const found = paths.flatMap((path) =>
      stateIn(readFileSync(path, 'utf8')).map((line) => `${path}: ${line}`),
    );
    expect(paths.length).toBeGreaterThan(50);
    expect(found).toEqual([]);
  });

  it('is found out where it keeps something', () => {
    const planted = [
      'let last = 0;',
      'export let seen: number;',
      'const cache = new Map<string, string>();',
      'const cache: Map<string, string> = new Map();',
      'export const weak = new WeakMap();',
    ];
    expect(planted.flatMap(stateIn)).toEqual(planted);
    expect(
      stateIn("const words: ReadonlySet<string> = new Set(['a']);\nfunction f() {\n  let x = 1;\n}"),
    ).toEqual([]);
  });
});
