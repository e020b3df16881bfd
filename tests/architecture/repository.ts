import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSource, type SourceFacts } from './source-facts.ts';
import type { PackageFacts } from './violations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every file of the repository that git knows or would take, from its root. */
export function repositoryPaths(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

function namesIn(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function readPackage(path: string): PackageFacts {
  const manifest: unknown = JSON.parse(readFileSync(join(root, path), 'utf8'));
  const fields = new Map<string, unknown>(
    typeof manifest === 'object' && manifest !== null ? Object.entries(manifest) : [],
  );
  return {
    name: String(fields.get('name')),
    folder: path.slice(0, -'/package.json'.length),
    dependencies: namesIn(fields.get('dependencies')),
    devDependencies: namesIn(fields.get('devDependencies')),
  };
}

/** The packages of the workspace; the root is none of them. */
export function workspacePackages(paths: readonly string[]): readonly PackageFacts[] {
  return paths
    .filter((path) => /^((packages|apps|temporal|tests)\/[^/]+|bench)\/package\.json$/.test(path))
    .map(readPackage);
}

/** All TypeScript and plain JavaScript of the repository. */
export function repositorySources(paths: readonly string[]): readonly SourceFacts[] {
  return paths
    .filter(
      (path) => /\.(ts|mjs)$/.test(path) && !path.endsWith('.d.ts') && !path.startsWith('apps/console/'),
    )
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));
}
