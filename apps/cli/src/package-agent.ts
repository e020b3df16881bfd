import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire, findPackageJSON } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSecrets } from '@baton/agents';
import { isObject, own, parseJson, type JsonObject } from '@baton/core';
import { readPlainFiles } from './plain-files.ts';

/** What {@link packageAgent} needs. */
export interface PackageAgentParams {
  /** The agent's module: a file. */
  readonly file: string;
  readonly export: string;
  readonly framework: 'langchain' | 'langgraph';
  readonly parameters: JsonObject;
  /** What the platform calls: a handler of AWS Lambda, or a `fetch`. The folder has both; this is named in its README. */
  readonly target: 'lambda' | 'fetch';
  /** A folder that is empty or not there yet. */
  readonly out: string;
}

/** The folder in the package, and the entry of the driver. */
const DRIVER = 'framework/host/function-handler.ts';
const LANGGRAPH = '@langchain/langgraph';

/**
 * Writes an agent as a function: its module with what it imports, the driver as plain JavaScript, a handler, and the packages with their
 * versions. Returns the paths that were written. Throws a sentence for what cannot be packaged.
 */
export async function packageAgent(params: PackageAgentParams): Promise<readonly string[]> {
  const file = resolve(params.file);
  await refuseFull(params.out);
  refuseSecrets(params.parameters);
  const folder = dirname(file);
  const agent = await readPlainFiles({ entry: file, sources: [{ folder, target: 'agent' }] });
  const driver = await readDriver();
  const packages = await versionsOf(new Map([...agent.packages, [LANGGRAPH, file]]));
  const module = `./agent/${relative(folder, file)
    .split(sep)
    .join('/')
    .replace(/\.ts$/, '.js')
    .replace(/\.mts$/, '.mjs')}`;
  const name = /([^/\\]+?)\.[cm]?[jt]s$/.exec(file)?.[1] ?? 'agent';
  const files = new Map([
    ...agent.files,
    ...driver,
    ['handler.mjs', handlerOf(params, { name, module, hasGraphs: Object.hasOwn(packages, LANGGRAPH) })],
    ['package.json', `${JSON.stringify(manifestOf(name, packages), null, 2)}\n`],
    ['README.md', readmeOf(name, params.target)],
  ]);
  for (const [path, text] of files) {
    const whole = join(params.out, path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, text);
  }
  return [...files.keys()];
}

async function refuseFull(folder: string): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  if (found.length > 0) throw new Error(`The folder ${folder} is not empty: name another one with --out.`);
}

/** Nobody looks them up in a function, and a package is no place for their values. */
function refuseSecrets(parameters: JsonObject): void {
  const { names } = readSecrets(parameters);
  if (names.length > 0)
    throw new Error('Secrets in parameters stay with Baton: have the module read them from the environment.');
}

async function readDriver(): Promise<ReadonlyMap<string, string>> {
  const agents = createRequire(import.meta.url).resolve('@baton/agents');
  const core = createRequire(agents).resolve('@baton/core');
  const { files } = await readPlainFiles({
    entry: join(dirname(agents), DRIVER),
    sources: [
      { folder: dirname(agents), target: 'driver/agents' },
      { folder: dirname(core), target: 'driver/core' },
    ],
    indexes: { '@baton/core': core },
  });
  return files;
}

/** Versions of packages as they are installed beside the files that import them; those that are not there are left out. */
async function versionsOf(packages: ReadonlyMap<string, string>): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    [...packages].map(async ([name, importer]) => {
      const version = await versionOf(name, importer);
      if (version === undefined && name !== LANGGRAPH)
        throw new Error(`${importer} imports ${name}, which is not installed beside it.`);
      return version === undefined ? [] : [[name, version] as const];
    }),
  );
  return Object.fromEntries(found.flat().toSorted(([a], [b]) => a.localeCompare(b)));
}

async function versionOf(name: string, importer: string): Promise<string | undefined> {
  try {
    const path = findPackageJSON(name, pathToFileURL(importer));
    const manifest = path === undefined ? null : parseJson(await readFile(path, 'utf8'));
    const version = isObject(manifest) ? own(manifest, 'version') : undefined;
    return typeof version === 'string' ? version : undefined;
  } catch {
    // Node has no word for a package that is not there but an error.
    return undefined;
  }
}

interface Handler {
  readonly name: string;
  readonly module: string;
  readonly hasGraphs: boolean;
}

function handlerOf(params: PackageAgentParams, { name, module, hasGraphs }: Handler): string {
  const order = { framework: params.framework, export: params.export, parameters: params.parameters };
  return `import * as module from ${JSON.stringify(module)};
${hasGraphs ? `import * as langgraph from '${LANGGRAPH}';` : 'const langgraph = null;'}
import { createAgentFunction } from './driver/agents/framework/host/function-handler.js';

const agent = createAgentFunction({
  name: ${JSON.stringify(name)},
  module,
  langgraph,
  order: ${JSON.stringify(order)},
  token: process.env.BATON_AGENT_TOKEN,
});

export const handler = agent.handler;
export const fetch = agent.fetch;
export default { fetch };
`;
}

function manifestOf(name: string, dependencies: Readonly<Record<string, string>>): JsonObject {
  return { name, version: '1.0.0', private: true, type: 'module', engines: { node: '>=22' }, dependencies };
}

function readmeOf(name: string, target: PackageAgentParams['target']): string {
  const entry =
    target === 'lambda'
      ? 'AWS Lambda: Node 22 or later, handler `handler.handler`, with a function URL.'
      : '`handler.mjs` exports `fetch(request)`, and as default an object with it.';
  return `# ${name}

An agent as a function. Install its packages (\`npm install --omit=dev\`), and give the folder to the platform.
${entry}

\`BATON_AGENT_TOKEN\` must be set: who calls shows it as a bearer token. A call is a POST of \`{"input": …}\`, with \`session\` for graphs that keep
their threads; the answer is \`{"output": …, "usage": …}\`. An agent that pauses answers 422, unless who calls takes pauses (\`"pauses": true\`).

Registered with Baton:

\`\`\`json
{
  "adapter": "http",
  "config": {
    "endpoint": "https://your-function.example/",
    "authentication": { "bearer": { "token": "$secrets.${name.replaceAll(/\W/g, '_')}" } },
    "body": { "input": "\${ . }" },
    "response": {
      "output": "\${ .output }",
      "usage": { "inputTokens": "\${ .usage.inputTokens }", "outputTokens": "\${ .usage.outputTokens }" }
    }
  }
}
\`\`\`
`;
}
