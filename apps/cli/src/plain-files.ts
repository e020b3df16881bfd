import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';

/** Files that make a program, and the packages they import. */
export interface PlainFiles {
  /** Plain JavaScript, by path below the output folder. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of packages, and the absolute path of a file that imports each. */
  readonly packages: ReadonlyMap<string, string>;
}

/** A folder of sources, and the folder that its files are written to. */
export interface Source {
  readonly folder: string;
  readonly target: string;
}

/** Parameters of {@link readPlainFiles}. */
export interface PlainFilesParams {
  readonly entry: string;
  readonly sources: readonly Source[];
  /** Packages of which only the files are taken that are needed: their index is a list of what which file exports. */
  readonly indexes?: Readonly<Record<string, string>>;
}

/** An import or export of another module: the word, the names between its braces, and the module; or one without names. */
const IMPORT =
  /\b(import|export)\s+(?:\*(?:\s+as\s+[\w$]+)?|[\w$]+|(?:[\w$]+\s*,\s*)?\{([^}]*)\})\s+from\s+['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

/** Follows the imports of a file and takes types off. Throws a sentence for an import that leaves the sources. */
export async function readPlainFiles({
  entry,
  sources,
  indexes = {},
}: PlainFilesParams): Promise<PlainFiles> {
  const files = new Map<string, string>();
  const packages = new Map<string, string>();
  const lists = new Map<string, ReadonlyMap<string, string>>();
  for (const [name, index] of Object.entries(indexes)) lists.set(name, await readIndex(index));
  const open = [resolve(entry)];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const target = targetOf(path, sources);
    if (files.has(target)) continue;
    const here: string = path;
    const follow = (file: string): string => {
      open.push(file);
      return relativeTo(target, targetOf(file, sources));
    };
    const text = plainText(path, await readFile(path, 'utf8'));
    const rewritten = text.replace(IMPORT, (whole: string, ...found: readonly unknown[]) => {
      const [word, names, from, bare] = found
        .slice(0, 4)
        .map((part) => (typeof part === 'string' ? part : ''));
      const module = from || bare || '';
      if (module.startsWith('.')) return whole.replace(module, follow(resolve(dirname(here), module)));
      const list = lists.get(module);
      if (list !== undefined) return namedImports(word ?? '', names ?? '', { list, follow, module });
      if (!module.startsWith('node:')) packages.set(packageOf(module), here);
      return whole;
    });
    files.set(target, rewritten);
  }
  return { files, packages };
}

function plainText(path: string, text: string): string {
  return /\.[cm]?ts$/.test(path) ? stripTypeScriptTypes(text) : text;
}

function targetOf(path: string, sources: readonly Source[]): string {
  const source = sources.find(({ folder }) => path.startsWith(folder + sep));
  if (source === undefined)
    throw new Error(
      `${path} is imported and lies outside of ${sources.map(({ folder }) => folder).join(', ')}.`,
    );
  const inside = relative(source.folder, path).split(sep).join('/');
  return posix.join(source.target, inside.replace(/\.ts$/, '.js').replace(/\.([cm])ts$/, '.$1js'));
}

function relativeTo(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

interface NamedParams {
  readonly list: ReadonlyMap<string, string>;
  readonly follow: (file: string) => string;
  readonly module: string;
}

/** One import of an index becomes one of each file that has the names. */
function namedImports(word: string, names: string, { list, follow, module }: NamedParams): string {
  const wanted = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const lines = wanted.map((name) => {
    const file = list.get(name.split(/\s+as\s+/)[0] ?? '');
    if (file === undefined) throw new Error(`${module} lists no "${name}".`);
    return `${word} { ${name} } from '${follow(file)}'`;
  });
  return lines.join('; ');
}

/** Which file has which name, by an index that is a list of exports. */
async function readIndex(path: string): Promise<ReadonlyMap<string, string>> {
  const text = plainText(path, await readFile(path, 'utf8'));
  const entries = [...text.matchAll(IMPORT)].flatMap(([, , names = '', from = '']) =>
    names.split(',').flatMap((name) => {
      const exported =
        name
          .trim()
          .split(/\s+as\s+/)
          .at(-1) ?? '';
      return exported === '' ? [] : [[exported, join(dirname(path), from)] as const];
    }),
  );
  return new Map(entries);
}

/** `@scope/name` or `name` of an import. */
function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}
