import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Variables of the worker that an agent's process gets; none of them is a secret. */
const HANDED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

/** How a host is started. */
export interface HostCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a host is started with. */
export interface HostCommandParams {
  /** Real path of the folder of agents. */
  readonly root: string;
  readonly memoryMb: number;
  /** The worker's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * How a host is started: with a heap of its own, and Node's permissions: it reads the folder of agents without what begins with a
 * dot, the `node_modules` above, and its own program; it writes nothing and starts no processes. Node cannot keep it from the network.
 */
export async function hostCommand({ root, memoryMb, environment }: HostCommandParams): Promise<HostCommand> {
  const own = ownFolders();
  const folders = [...(await visibleIn(root)), ...[root, ...own].flatMap(packagesAbove), ...own];
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
    `--max-old-space-size=${memoryMb}`,
    '--permission',
    // For the thread that ends the process when its worker is gone.
    '--allow-worker',
    ...[...new Set(folders)].map((folder) => `--allow-fs-read=${folder}`),
    MAIN,
  ];
  const handedOn = HANDED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // What is told must be told before the answer is.
  return { args, env: { ...Object.fromEntries(handedOn), LANGCHAIN_CALLBACKS_BACKGROUND: 'false' } };
}

/** The program of a host. */
const MAIN = fileURLToPath(new URL('./host/host-main.ts', import.meta.url));

/** What lies in the folder, without what begins with a dot: settings, histories and state of other programs. */
async function visibleIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !name.startsWith('.')).map((name) => join(folder, name));
}

/** Where Node looks for packages, and for what a module is one of, from a folder up. */
function packagesAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  const here = ['node_modules', 'package.json'].map((name) => join(folder, name));
  return above === folder ? here : [...here, ...packagesAbove(above)];
}

/** The packages that the program of a host is made of. */
function ownFolders(): readonly string[] {
  const agents = createRequire(import.meta.url);
  const core = agents.resolve('@baton/core');
  const entries = [fileURLToPath(import.meta.url), core, createRequire(core).resolve('@baton/jq')];
  // An entry lies in src of its package; this file one folder deeper.
  return entries.map((entry) => entry.slice(0, entry.lastIndexOf('/src/')));
}
