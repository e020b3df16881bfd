import { describe, expect, it } from '@jest/globals';
import { parseJson } from '../../packages/core/src/index.ts';
import { validateSource } from '../../packages/contracts/src/index.ts';
import { blocksOf, readPage, type Block } from '../e2e/markdown.ts';
import { pagePaths } from './pages.ts';

const LANGUAGES = ['js', 'json', 'mermaid', 'python', 'sh', 'text', 'ts', 'yaml', 'yml'];

/** What is wrong with a block; nothing when it is what its language says. */
function problemsOf({ language, text, line }: Block): readonly string[] {
  if (!LANGUAGES.includes(language)) return [`${line}: no language, or none of ${LANGUAGES.join(', ')}`];
  if (language === 'yaml') {
    return validateSource(text, 'yaml').problems.map(
      (problem) => `${line + problem.line}: ${problem.message}`,
    );
  }
  return language === 'json' && !isJson(text) ? [`${line}: this is no JSON`] : [];
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    // Which place is wrong, the page shows.
    return false;
  }
}

function blockProblems(page: string): readonly string[] {
  return blocksOf(page).flatMap(problemsOf);
}

describe('blocks of the documentation', () => {
  it('are complete valid definitions where they say yaml, and JSON where they say json', () => {
    const wrong = pagePaths().flatMap((path) =>
      blockProblems(readPage(path)).map((problem) => `${path}:${problem}`),
    );
    expect(wrong).toEqual([]);
  });

  it('hold some of each', () => {
    const languages = pagePaths().flatMap((path) => blocksOf(readPage(path)).map(({ language }) => language));
    expect(languages).toEqual(expect.arrayContaining(['json', 'mermaid', 'sh', 'ts', 'yaml']));
  });

  it('are told from wrong ones', () => {
    expect(blockProblems('```yaml\ndo: []\n```')).not.toEqual([]);
    expect(blockProblems('a\n```json\n{"a": …}\n```')).toEqual(['2: this is no JSON']);
    expect(blockProblems('```\nnothing\n```')).toHaveLength(1);
    expect(() => blockProblems('```sh\nls')).toThrow('line 1 is never closed');
  });
});
