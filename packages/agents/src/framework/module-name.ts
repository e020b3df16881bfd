/** What a config's `module` names. */
export type ModuleName =
  /** A path below the folder of agents. */
  | { readonly kind: 'file'; readonly path: string }
  /** What an import names: of npm with its scope and path, of Python with dots. */
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'artifact'; readonly sha256: string };

/** Where agents run. */
type Runtime = 'node' | 'python';

const FILES: Readonly<Record<Runtime, { readonly ending: RegExp; readonly endings: string }>> = {
  node: { ending: /\.[cm]?[jt]s$/, endings: '.js, .mjs, .cjs, .ts or .mts' },
  python: { ending: /\.py$/, endings: '.py' },
};

const PACKAGE: Readonly<Record<Runtime, RegExp>> = {
  node: /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(?:\/[\w.~-]+)*$/,
  python: /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/,
};

const ARTIFACT = 'artifact:';

/** Reads a module that {@link moduleProblem} finds no fault with: what has the ending of a file is one. */
export function readModuleName(text: string): ModuleName {
  if (text.startsWith(ARTIFACT)) return { kind: 'artifact', sha256: text.slice(ARTIFACT.length) };
  const isFile = Object.values(FILES).some(({ ending }) => ending.test(text));
  return isFile ? { kind: 'file', path: text } : { kind: 'package', name: text };
}

/** What is wrong with a module as it is registered; null: nothing. */
export function moduleProblem(text: string, runtime: Runtime): string | null {
  if (text.length > 500) return 'The module has more than 500 characters.';
  if (text.startsWith(ARTIFACT))
    return /^artifact:[0-9a-f]{64}$/.test(text)
      ? null
      : 'An artifact is named by "artifact:" and its SHA-256, 64 digits of 0-9 and a-f.';
  if (/^(?:[\\/]|[A-Za-z]:|[a-z]+:)/.test(text))
    return 'Give a path below the folder of agents (BATON_AGENTS_DIR): absolute paths and URLs name nothing there.';
  if (text.includes('\\') || text.includes('\0')) return 'Write "/" between the parts of a path.';
  if (text.split('/').includes('..'))
    return 'Leave ".." out: the module must be below the folder of agents (BATON_AGENTS_DIR).';
  const { ending, endings } = FILES[runtime];
  if (ending.test(text)) return null;
  if (readModuleName(text).kind === 'package' && PACKAGE[runtime].test(text)) return null;
  return `This is neither a file (${endings}) nor the name of a package.`;
}
