import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { proseOf, readPage } from '../e2e/markdown.ts';
import { pagePaths, trackedFiles } from './pages.ts';

/** The files of a checkout, by path; a folder is known by what lies in it. */
interface Checkout {
  readonly paths: readonly string[];
  read(path: string): string;
}

const checkout: Checkout = { paths: trackedFiles(), read: readPage };

/** The anchors of a page as GitHub makes them: a heading in lower case, words joined by hyphens. */
function anchorsOf(page: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...proseOf(page).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

function linksOf(page: string): readonly string[] {
  const prose = proseOf(page).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

function brokenLinks(path: string, { paths, read }: Checkout): readonly string[] {
  return linksOf(read(path))
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const page = file === '' ? path : posix.join(posix.dirname(path), file);
      const folder = page.endsWith('/') ? page : `${page}/`;
      if (!paths.includes(page) && !paths.some((one) => one.startsWith(folder))) return true;
      return anchor !== undefined && !anchorsOf(read(page)).includes(anchor);
    })
    .map((target) => `${path}: ${target}`);
}

describe('links of the documentation', () => {
  it('lead to files and headings that are there', () => {
    expect(pagePaths().flatMap((path) => brokenLinks(path, checkout))).toEqual([]);
  });

  it('reach every page below docs from its index', () => {
    const index = linksOf(readPage('docs/README.md')).map((target) => posix.join('docs', target));
    const pages = pagePaths().filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
    expect(pages.filter((path) => !index.includes(path))).toEqual([]);
  });

  it('are told from broken ones', () => {
    const pages = new Map([
      ['a.md', '# One\n[x](docs/b.md#two-words) [y](docs/c.md) [z](#two) [w](docs)\n```sh\n[no](link)\n```'],
      ['docs/b.md', '## Two `words`\n[up](../a.md#one) [w](https://example.com)'],
    ]);
    const made: Checkout = { paths: [...pages.keys()], read: (path) => pages.get(path) ?? '' };
    expect(brokenLinks('a.md', made)).toEqual(['a.md: docs/c.md', 'a.md: #two']);
    expect(brokenLinks('docs/b.md', made)).toEqual([]);
  });
});
