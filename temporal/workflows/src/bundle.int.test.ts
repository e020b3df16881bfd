import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { isObject } from '@baton/core';
import { bundleWorkflowCode } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowsPath } from './workflows-path.ts';

/** All whose code is in the sandbox. None of them knows a clock, a network or a disk; a new one is to be judged first. */
const KNOWN = [
  '@cfworker/json-schema',
  '@temporalio/common',
  '@temporalio/workflow',
  'long',
  'ms',
  'nexus-rpc',
  'packages/core',
  'packages/jq',
  're2js',
  'temporal/workflows',
];

/**
 * Largest bundle in bytes, without its source map: 1.7 MB when it was measured, of which a third is ours. Every worker
 * process reads it once and holds it for its life; what goes beyond is a library that has slipped in.
 */
const LARGEST = 2_200_000;

interface Bundle {
  readonly code: string;
  /** Packages and folders whose modules are in it. */
  readonly from: readonly string[];
}

const silent = {
  log: () => undefined,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Bundles workflow code as the worker does. Rejects when Temporal's own bundler finds a forbidden module. */
async function bundle(path: string): Promise<Bundle> {
  const { code } = await bundleWorkflowCode({ workflowsPath: path, logger: silent });
  const modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map(([, name = '']) => name);
  return { code, from: [...new Set(modules.flatMap(originOf))].toSorted() };
}

/** The package or folder of a module; webpack's stand-ins for absent modules (`?ab12`) have none. */
function originOf(module: string): string[] {
  if (module.startsWith('?')) return [];
  const [, installed] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module) ?? [];
  const [, ours] = /^\.\/((?:packages|temporal)\/[^/]+)\/src\//.exec(module) ?? [];
  return [installed ?? ours ?? module];
}

/** Loads a bundle as the sandbox does, and gives what its workflow file exports. */
function load({ code }: Bundle): unknown {
  const sandbox = createContext({ __webpack_module_cache__: {}, TextEncoder, TextDecoder, URL });
  return runInContext(`${code}\n;__TEMPORAL__.importWorkflows();`, sandbox);
}

let folder: string;
let ours: Bundle;
beforeAll(async () => {
  // Inside the package, whose dependencies any workflow code needs.
  folder = await mkdtemp(join(workflowsPath, '../../.planted-'));
  ours = await bundle(workflowsPath);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function planted(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('the workflow bundle', () => {
  it('holds the code of known packages only', () => {
    expect(ours.from).toEqual(KNOWN);
  });

  it('exports the dynamic workflow and nothing else', () => {
    const exported = load(ours);
    expect(isObject(exported) && Object.keys(exported)).toEqual(['default']);
    expect(exported).toMatchObject({ default: expect.any(Function) });
  });

  it('reads neither a clock of its own nor chance: the sandbox answers for both', () => {
    expect(ours.code).not.toMatch(/\bprocess\.hrtime\b|\bcrypto\.getRandomValues\b|\brequire\("node:/);
  });

  it('is no larger than it has to be', () => {
    const [code = ''] = ours.code.split('//# sourceMappingURL');
    expect(code.length).toBeLessThan(LARGEST);
    expect(code.length).toBeGreaterThan(LARGEST / 2);
  });
});

describe('the check of the workflow bundle', () => {
  const importing = (module: string): string =>
    `import * as forbidden from '${module}';\nexport default async () => Object.keys(forbidden);\n`;

  it.each(['fs', 'crypto', 'net', '@temporalio/client'])('names the forbidden module %s', async (module) => {
    const path = await planted(`${module.replace('/', '-')}.ts`, importing(module));
    await expect(bundle(path)).rejects.toThrow(`'${module}'`);
  });

  it('refuses node:fs', async () => {
    const path = await planted('scheme.ts', importing('node:fs'));
    await expect(bundle(path)).rejects.toThrow('Webpack finished with errors');
  });

  it('sees code from anywhere else', async () => {
    await planted('clock.ts', 'export const now = (): number => Date.now();\n');
    const path = await planted(
      'drift.ts',
      "import { now } from './clock.ts';\nexport default async () => now();\n",
    );
    const { from } = await bundle(path);
    expect(from.filter((origin) => !KNOWN.includes(origin))).toEqual(
      expect.arrayContaining([expect.stringContaining('clock.ts')]),
    );
  });
});
