import { posix } from 'node:path';
import {
  ALLOWED_EDGES,
  ENVIRONMENT_READERS,
  FORBIDDEN_NAMES,
  MAX_ROOT_ENTRIES,
  PURE,
  RESERVED,
  SANDBOX,
} from './rules.ts';
import type { ImportFact, SourceFacts } from './source-facts.ts';

/** One package of the workspace. */
export interface PackageFacts {
  readonly name: string;
  /** From the root, such as `packages/core`. */
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** Whether a file is a test or, by its name or place, stands only beside tests. */
function isTest(path: string): boolean {
  return (
    /(\.test|-fixture)\.ts$/.test(path) || path.startsWith('tests/') || path.startsWith('packages/test-kit/')
  );
}

function isOurs(module: string): boolean {
  return module.startsWith('@baton/');
}

/** `@scope/name` or `name` of an import, without what follows. */
function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}

function leaves(file: SourceFacts, owner: PackageFacts, module: string): boolean {
  if (!module.startsWith('.')) return false;
  const target = posix.join(posix.dirname(file.path), module);
  // Requirements and examples belong to no package; tests prove the one and run the other.
  if (isTest(file.path) && /^(docs|examples)\//.test(target)) return false;
  return !target.startsWith(`${owner.folder}/`);
}

function ourImport(file: SourceFacts, owner: PackageFacts, module: string): string | null {
  const target = packageOf(module);
  const test = isTest(file.path);
  // Stand-ins and suites are for tests and benchmarks, and ship with nobody.
  const measures = owner.name === '@baton/bench';
  const forTests = [`${target}/stand-ins`, `${target}/conformance`].includes(module);
  if (target !== module && !((test || measures) && forTests))
    return `imports ${module}, and only ${target} itself may be imported`;
  const declared = test ? [...owner.dependencies, ...owner.devDependencies] : owner.dependencies;
  if (target !== owner.name && !declared.includes(target))
    return `imports ${target}, which its package does not declare`;
  const allowed = ALLOWED_EDGES[owner.name] ?? [];
  // Tests may reach for whatever their package declares for them; nothing they import ships.
  return allowed.includes(target) || test ? null : `imports ${target}, and ${owner.name} may not`;
}

function reservedImport(file: SourceFacts, module: string): string | null {
  const rule = RESERVED.find((one) => one.module.test(module));
  const allowed = !rule || rule.folders.some((folder) => file.path.startsWith(folder));
  return allowed ? null : `imports ${module}: ${rule.why}`;
}

function sandboxImport({ from, typeOnly }: ImportFact): string | null {
  const values: readonly string[] = SANDBOX.values;
  const types: readonly string[] = SANDBOX.types;
  if (values.includes(from) || (typeOnly && types.includes(from))) return null;
  return `imports ${from}${types.includes(from) ? ' as a value' : ''} into the workflow sandbox`;
}

function importProblem(file: SourceFacts, owner: PackageFacts, fact: ImportFact): string | null {
  const { from } = fact;
  if (leaves(file, owner, from)) return `imports ${from}, which leaves its package`;
  if (from.startsWith('.')) return null;
  const pure: readonly string[] = PURE;
  const outside: readonly string[] = SANDBOX.outside;
  if (!isTest(file.path)) {
    if (owner.name === SANDBOX.name && !outside.includes(file.path)) return sandboxImport(fact);
    if (pure.includes(owner.name) && !(ALLOWED_EDGES[owner.name] ?? []).includes(from)) {
      return `imports ${from}, and ${owner.name} is pure`;
    }
  }
  return (isOurs(from) ? ourImport(file, owner, from) : null) ?? reservedImport(file, from);
}

function fileProblems(file: SourceFacts, owner: PackageFacts): string[] {
  const problems = file.imports
    .map((fact) => importProblem(file, owner, fact))
    .filter((found) => found !== null);
  const pure: readonly string[] = PURE;
  if (pure.includes(owner.name) && !isTest(file.path) && file.impurity !== null) {
    problems.push(`uses ${file.impurity}, and ${owner.name} is pure`);
  }
  if (file.exportsAll) problems.push('has an export *');
  const foreign = file.reexports.find((module) => !module.startsWith('.'));
  if (foreign !== undefined) problems.push(`hands on names of ${foreign}`);
  return problems;
}

/** Sentences for every broken rule about imports, environment and purity; none when all is well. */
export function sourceViolations(files: readonly SourceFacts[], packages: readonly PackageFacts[]): string[] {
  const violations: string[] = [];
  for (const file of files) {
    const owner = packages.find((one) => file.path.startsWith(`${one.folder}/`));
    if (owner) violations.push(...fileProblems(file, owner).map((problem) => `${file.path} ${problem}.`));
    const reads = file.readsEnvironment && !file.path.endsWith('.test.ts');
    if (reads && !ENVIRONMENT_READERS.some(({ path }) => path.test(file.path))) {
      violations.push(`${file.path} reads process.env, and only an app's main.ts may.`);
    }
  }
  return violations;
}

/** Sentences for every package without a row in the table and every declared edge that the table does not allow. */
export function packageViolations(packages: readonly PackageFacts[]): string[] {
  return packages.flatMap((one) => {
    const allowed = ALLOWED_EDGES[one.name];
    if (!allowed) return [`${one.folder} (${one.name}) is not in the table of allowed edges.`];
    const wrong = one.dependencies.filter((name) => isOurs(name) && !allowed.includes(name));
    return wrong.map(
      (name) => `${one.folder}/package.json declares ${name}, and ${one.name} may not import it.`,
    );
  });
}

/** Sentences for names that say nothing, files not in kebab case, and a root with too many entries. */
export function layoutViolations(paths: readonly string[]): string[] {
  const violations: string[] = [];
  for (const path of paths) {
    const parts = path.split('/');
    const bad = parts.find((part) => FORBIDDEN_NAMES.includes(part.split('.')[0] ?? ''));
    if (bad !== undefined) violations.push(`${path}: "${bad}" says nothing about what is inside.`);
    const name = parts.at(-1) ?? '';
    if (/\.(ts|mjs)$/.test(name) && !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(name)) {
      violations.push(`${path}: file names are in kebab case.`);
    }
  }
  const root = new Set(paths.map((path) => path.split('/')[0]));
  if (root.size > MAX_ROOT_ENTRIES) {
    violations.push(`The root has ${root.size} entries, and ${MAX_ROOT_ENTRIES} are allowed.`);
  }
  return violations;
}
