import { beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryPaths, repositorySources, workspacePackages } from './repository.ts';
import { readSource } from './source-facts.ts';
import { layoutViolations, packageViolations, sourceViolations, type PackageFacts } from './violations.ts';

const planted: readonly PackageFacts[] = [
  { name: '@baton/core', folder: 'packages/core', dependencies: ['@baton/jq'], devDependencies: [] },
  {
    name: '@baton/sdk',
    folder: 'packages/sdk',
    dependencies: ['@baton/contracts', '@baton/store'],
    devDependencies: [],
  },
  { name: '@baton/store', folder: 'packages/store', dependencies: [], devDependencies: ['@baton/test-kit'] },
  { name: '@baton/temporal-workflows', folder: 'temporal/workflows', dependencies: [], devDependencies: [] },
];

function problemsOf(path: string, text: string): string[] {
  return sourceViolations([readSource(path, text)], planted);
}

describe('the repository', () => {
  let paths: readonly string[] = [];

  beforeAll(() => {
    paths = repositoryPaths();
  });

  it('has files to look at', () => {
    expect(workspacePackages(paths).length).toBeGreaterThan(10);
    expect(repositorySources(paths).length).toBeGreaterThan(50);
  });

  it('imports along the allowed edges only', () => {
    expect(sourceViolations(repositorySources(paths), workspacePackages(paths))).toEqual([]);
  });

  it('declares allowed edges only', () => {
    expect(packageViolations(workspacePackages(paths))).toEqual([]);
  });

  it('has names that say what is inside and a root that fits on a screen', () => {
    expect(layoutViolations(paths)).toEqual([]);
  });
});

describe('sourceViolations()', () => {
  it('accepts what is allowed', () => {
    expect(
      problemsOf(
        'packages/core/src/expression.ts',
        `import { run } from '@baton/jq';\nimport { b } from './b.ts';`,
      ),
    ).toEqual([]);
  });

  it('finds a second way to the jq engine', () => {
    expect(problemsOf('packages/core/src/a.ts', `import { compile } from '@baton/jq';`)).toEqual([
      'packages/core/src/a.ts imports @baton/jq: core compiles every expression, in expression.ts.',
    ]);
  });

  it('finds an import that points back', () => {
    expect(problemsOf('packages/sdk/src/a.ts', `import { createStore } from '@baton/store';`)).toEqual([
      'packages/sdk/src/a.ts imports @baton/store, and @baton/sdk may not.',
    ]);
  });

  it('finds an import that is not declared', () => {
    expect(problemsOf('packages/store/src/a.ts', `export const load = () => import('@baton/core');`)).toEqual(
      ['packages/store/src/a.ts imports @baton/core, which its package does not declare.'],
    );
  });

  it('lets a test use what is declared for tests, and shipped code not', () => {
    const text = `import { createDatabase } from '@baton/test-kit';`;
    expect(problemsOf('packages/store/src/a.int.test.ts', text)).toEqual([]);
    expect(problemsOf('packages/store/src/a.ts', text)).toHaveLength(1);
  });

  it('finds a deep import and one that leaves the package', () => {
    expect(problemsOf('packages/sdk/src/a.ts', `import '@baton/contracts/src/run.ts';`)).toHaveLength(1);
    expect(problemsOf('packages/sdk/src/a.ts', `import type { A } from '../../core/src/a.ts';`)).toHaveLength(
      1,
    );
  });

  it('lets a test read the requirements, and shipped code not', () => {
    const text = `import { requirements } from '../../../docs/requirements.ts';`;
    expect(problemsOf('packages/sdk/src/a.test.ts', text)).toEqual([]);
    expect(problemsOf('packages/sdk/src/a.ts', text)).toHaveLength(1);
  });

  it('finds anything but jq in core, types too', () => {
    expect(problemsOf('packages/core/src/a.ts', `import type { Readable } from 'node:stream';`)).toHaveLength(
      1,
    );
    expect(problemsOf('packages/core/src/a.ts', `const z = require('zod');`)).toHaveLength(1);
  });

  it('finds a clock, randomness and the environment in core', () => {
    expect(problemsOf('packages/core/src/a.ts', `export const now = () => Date.now();`)).toHaveLength(1);
    expect(problemsOf('packages/core/src/a.ts', `export const at = new Date();`)).toHaveLength(1);
    expect(problemsOf('packages/core/src/a.ts', `export const at = new Date(0);`)).toEqual([]);
    expect(problemsOf('packages/core/src/a.ts', `export const home = process['env'].HOME;`)).toHaveLength(1);
  });

  it('lets only types of activities into the sandbox', () => {
    const path = 'temporal/workflows/src/run.ts';
    expect(problemsOf(path, `import type { Activities } from '@baton/temporal-activities';`)).toEqual([]);
    expect(problemsOf(path, `import { type Activities } from '@baton/temporal-activities';`)).toEqual([]);
    expect(problemsOf(path, `import { createActivities } from '@baton/temporal-activities';`)).toEqual([
      `${path} imports @baton/temporal-activities as a value into the workflow sandbox.`,
    ]);
    expect(problemsOf(path, `import { readFile } from 'node:fs/promises';`)).toHaveLength(1);
  });

  it('finds Prisma outside the store', () => {
    expect(
      problemsOf('packages/sdk/src/a.ts', `import { PrismaPg } from '@prisma/adapter-pg';`),
    ).toHaveLength(1);
    expect(problemsOf('packages/store/src/a.ts', `import { PrismaPg } from '@prisma/adapter-pg';`)).toEqual(
      [],
    );
  });

  it('finds process.env outside main.ts, under either spelling', () => {
    expect(problemsOf('apps/api/src/server.ts', `const port = process.env.PORT;`)).toHaveLength(1);
    expect(problemsOf('apps/api/src/server.ts', `import { env } from 'node:process';`)).toHaveLength(1);
    expect(problemsOf('apps/api/src/main.ts', `const port = process.env.PORT;`)).toEqual([]);
  });

  it('finds export * and names handed on from another package', () => {
    expect(problemsOf('packages/sdk/src/index.ts', `export * from './client.ts';`)).toHaveLength(1);
    expect(problemsOf('packages/sdk/src/index.ts', `export { z } from 'zod';`)).toHaveLength(1);
    expect(problemsOf('packages/sdk/src/index.ts', `export { client } from './client.ts';`)).toEqual([]);
  });
});

describe('packageViolations()', () => {
  it('finds a declared edge that is not allowed', () => {
    expect(packageViolations(planted)).toEqual([
      'packages/sdk/package.json declares @baton/store, and @baton/sdk may not import it.',
    ]);
  });

  it('finds a package that nobody wrote down', () => {
    const stray = { name: '@baton/stray', folder: 'packages/stray', dependencies: [], devDependencies: [] };
    expect(packageViolations([stray])).toHaveLength(1);
  });
});

describe('layoutViolations()', () => {
  it('finds folders and files whose name says nothing', () => {
    expect(layoutViolations(['packages/sdk/src/utils/a.ts', 'packages/sdk/src/types.ts'])).toHaveLength(2);
  });

  it('finds a file name that is not in kebab case', () => {
    expect(layoutViolations(['packages/sdk/src/runClient.ts'])).toHaveLength(1);
    expect(layoutViolations(['apps/api/src/runs/runs.routes.ts'])).toEqual([]);
  });

  it('finds a root that grew too large', () => {
    expect(layoutViolations(Array.from({ length: 28 }, (_, index) => `entry-${index}`))).toHaveLength(1);
    expect(layoutViolations(Array.from({ length: 27 }, (_, index) => `entry-${index}`))).toEqual([]);
  });
});
