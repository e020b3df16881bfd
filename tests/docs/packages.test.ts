import { describe, expect, it } from '@jest/globals';
import { isObject, own, parseJson } from '../../packages/core/src/index.ts';
import { readPage } from '../e2e/markdown.ts';
import { trackedFiles } from './pages.ts';

const LONGEST_README = 40;

/** Installed in every package, and what they are for is the same everywhere. */
const EVERYWHERE = ['@jest/globals', '@types/node'];

const files = trackedFiles();

/** The folders of packages that ship, run or serve tests; the suites themselves need no page. */
const folders = files
  .filter((path) => /^(packages|apps|temporal)\/[^/]+\/package\.json$/.test(path))
  .map((path) => path.slice(0, -'/package.json'.length));

function readmeOf(folder: string): string {
  return files.includes(`${folder}/README.md`) ? readPage(`${folder}/README.md`) : '';
}

/** Third-party dependencies of a package, those for tests too; types go with what they type. */
function foreignDependencies(manifest: string): readonly string[] {
  const json = parseJson(manifest);
  const named = ['dependencies', 'devDependencies'].flatMap((field) => {
    const given = isObject(json) ? (own(json, field) ?? {}) : {};
    return isObject(given) ? Object.keys(given) : [];
  });
  return named.filter((name) => !/^@(baton|types)\//.test(name) && !EVERYWHERE.includes(name));
}

describe('README of a package', () => {
  it('is there', () => {
    expect(folders.filter((folder) => readmeOf(folder) === '')).toEqual([]);
    expect(folders.length).toBeGreaterThan(15);
  });

  it(`has at most ${LONGEST_README} lines`, () => {
    const lines = (folder: string): number => readmeOf(folder).trimEnd().split('\n').length;
    expect(folders.filter((folder) => lines(folder) > LONGEST_README)).toEqual([]);
  });

  it('begins with its name and says where to start reading', () => {
    const silent = folders.filter(
      (folder) => !/^# @baton\/[\w-]+\n/.test(readmeOf(folder)) || !/[Ss]tart reading/.test(readmeOf(folder)),
    );
    expect(silent).toEqual([]);
  });

  it('names every third-party dependency', () => {
    const unnamed = folders.flatMap((folder) =>
      foreignDependencies(readPage(`${folder}/package.json`))
        .filter((name) => !new RegExp(`(\`|\\*\\*)${name}(\`|\\*\\*)`).test(readmeOf(folder)))
        .map((name) => `${folder}: ${name}`),
    );
    expect(unnamed).toEqual([]);
  });

  it('would miss one', () => {
    const manifest = '{"dependencies": {"@baton/core": "", "pg": ""}, "devDependencies": {"@types/pg": ""}}';
    expect(foreignDependencies(manifest)).toEqual(['pg']);
  });
});
