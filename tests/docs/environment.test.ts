import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../apps/api/src/environment.ts';
import { readSettings } from '../../apps/worker/src/settings.ts';
import { readPage } from '../e2e/markdown.ts';
import { trackedFiles } from './pages.ts';

/** Read to find programs, and never set for Baton. */
const OF_THE_MACHINE = ['HOME', 'PATH'];

/** The ways in which code reads a variable: a member, an argument beside the environment, a key of a schema, and Python's. */
const READS = [
  /\b(?:process\.env|env|environment)(?:\.|\[')([A-Z][A-Z0-9_]+)/g,
  /\((?:env|environment), '([A-Z][A-Z0-9_]+)'/g,
  /^ +([A-Z][A-Z0-9_]{3,}): (?:z\b|port\b)/gm,
  /\b(?:environ\.get|environment\.get|number)\("([A-Z][A-Z0-9_]+)"/g,
];

function variablesIn(source: string): readonly string[] {
  return READS.flatMap((pattern) => [...source.matchAll(pattern)].map(([, name = '']) => name));
}

function shippedCode(): readonly string[] {
  return trackedFiles().filter(
    (path) =>
      /^(apps|packages|temporal|examples|bench)\/.*\.(ts|mjs|py)$/.test(path) &&
      !/\.test\.ts$|\/(tests|vendors)\//.test(path),
  );
}

/** `NAME=value` lines of the example, commented out or not. */
function listed(): ReadonlyMap<string, string> {
  const lines = readPage('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]+)=(.*)$/gm);
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** What a program takes by itself, as texts; `DATABASE_URL` must be given and has no default. */
function defaultsOf(read: (environment: Record<string, string>) => object): Readonly<Record<string, string>> {
  const given = Object.entries(read({ DATABASE_URL: 'postgres://' }));
  const defaults = given.filter(([name]) => name !== 'DATABASE_URL');
  return Object.fromEntries(defaults.map(([name, value]) => [name, String(value)]));
}

describe('.env.example', () => {
  const read = new Set(shippedCode().flatMap((path) => variablesIn(readPage(path))));
  for (const name of OF_THE_MACHINE) read.delete(name);

  it('lists what code reads, and nothing else', () => {
    expect([...listed().keys()].sort()).toEqual([...read].sort());
  });

  it('says in a line above what each is for', () => {
    const bare = [...readPage('.env.example').matchAll(/^(?!# )(.*)\n#?([A-Z][A-Z0-9_]+)=/gm)];
    expect(bare.map(([, , name]) => name)).toEqual([]);
  });

  it('shows the defaults of API and worker', () => {
    expect(Object.fromEntries(listed())).toMatchObject(defaultsOf(readEnvironment));
    expect(Object.fromEntries(listed())).toMatchObject(defaultsOf(readSettings));
  });

  it('is compared with every way of reading', () => {
    const source =
      "process.env.ONE; env['TWO']; portOf(env, 'THREE', 1);\n  FOUR: z.string(),\n  x: z.string(),";
    expect(variablesIn(`${source}\nos.environ.get("FIVE")`)).toEqual(['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE']);
  });
});
