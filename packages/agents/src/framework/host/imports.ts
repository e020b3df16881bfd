import { createHash } from 'node:crypto';
import { registerHooks, type ModuleSource } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { asImporter, type Importer } from './importer-codec.ts';
import type { HostModule, LoadedFiles } from './host-protocol.ts';

/** Imports of one agent in this process: where its module and its packages are found, and what was read for them. */
export interface Imports {
  /** Imports the agent's module. */
  load(module: HostModule): Promise<unknown>;
  /** Imports a package as the module sees it, or as another package does that the module sees; null when it is not there. */
  find(name: string, from?: string): Promise<unknown>;
  /** Files outside of packages that were read so far. */
  files(): LoadedFiles;
}

/** Its `import` finds packages where the file would that has it. */
const IMPORTER =
  'export const load = (name) => import(name); export const place = (name) => import.meta.resolve(name);';

/** Takes part in all imports of this process: `root` is the folder of agents, from which packages are found. */
export function watchImports(root: string): Imports {
  const sources = new Map<string, string>();
  const files = new Map<string, string>();
  registerHooks({
    resolve: (specifier, context, next) =>
      sources.has(specifier)
        ? { url: specifier, format: 'module', shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) => {
      const source = sources.get(url);
      if (source !== undefined) return { format: 'module', source, shortCircuit: true };
      const loaded = next(url, context);
      if (url.startsWith('file:') && loaded.source !== undefined && loaded.source !== null)
        note(fileURLToPath(url), loaded.source);
      return loaded;
    },
  });
  const note = (path: string, source: ModuleSource): void => {
    const isOfAgents = path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`);
    if (!isOfAgents) return;
    const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
    files.set(path, createHash('sha256').update(bytes).digest('hex'));
  };
  const importerAt = async (folder: string): Promise<Importer> => {
    const { href } = pathToFileURL(join(folder, `importer-${sources.size}.mjs`));
    sources.set(href, IMPORTER);
    return asImporter(await import(href));
  };
  const urlOf = async (module: HostModule): Promise<string> => {
    if (module.kind === 'file') return pathToFileURL(module.path).href;
    if (module.kind === 'package') return (await importerAt(root)).place(module.name);
    const { href } = pathToFileURL(join(root, `artifact-${module.sha256}.mjs`));
    sources.set(href, module.source);
    return href;
  };
  let place = root;
  return {
    async load(module) {
      const url = await urlOf(module);
      place = dirname(fileURLToPath(url));
      const loaded: unknown = await import(url);
      return loaded;
    },
    async find(name, from) {
      try {
        const importer = await importerAt(place);
        const near =
          from === undefined ? importer : await importerAt(dirname(fileURLToPath(importer.place(from))));
        return await near.load(name);
      } catch {
        // It need not be there; who cannot do without it says so.
        return null;
      }
    },
    files: () => Object.fromEntries(files),
  };
}
