import type { CoverageGate } from './coverage.ts';

/** One static check of `npm test`: a tool that exits with 0 when all is well. */
export interface StaticCheck {
  readonly name: string;
  /** File name below `node_modules/.bin`. */
  readonly tool: string;
  readonly args: readonly string[];
}

const LINTED = ['packages', 'apps', 'temporal', 'tests', 'config', 'docs', 'examples', 'bench'];

/** The static checks, in the order in which they run. */
export const STATIC_CHECKS: readonly StaticCheck[] = [
  {
    name: 'format',
    tool: 'prettier',
    args: ['--config', 'config/prettier.json', '--log-level', 'warn', '--check', '.'],
  },
  {
    name: 'lint',
    tool: 'oxlint',
    args: [
      '-c',
      'config/oxlint.jsonc',
      '--type-aware',
      '-f',
      'unix',
      '--no-error-on-unmatched-pattern',
      ...LINTED,
    ],
  },
  { name: 'types', tool: 'tsc', args: ['-p', '.'] },
  {
    name: 'spelling',
    tool: 'cspell',
    args: ['lint', '-c', 'config/cspell.json', '--no-progress', '--no-summary', '.'],
  },
  {
    name: 'dead-code',
    tool: 'knip',
    args: ['-c', 'config/knip.jsonc', '--no-progress', '--no-config-hints'],
  },
  { name: 'duplication', tool: 'jscpd', args: ['--config', 'config/jscpd.json', '.'] },
];

/** One jest project of `npm test`. */
export interface TestProject {
  readonly name: string;
  /** The project of config/jest.config.mjs. */
  readonly project: string;
  /** Test files at the same time. */
  readonly workers: number;
  /** Whether PostgreSQL and Temporal must run. */
  readonly needsParts: boolean;
  /** Whether what runs counts for the coverage gates. */
  readonly covers: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Pattern of paths that are left out. */
  readonly without?: string;
  /**
   * Whether it needs what vendors make, installed: it runs when it is asked for and, where it would still come to its end in
   * time, in CI.
   */
  readonly needsVendors?: boolean;
}

/** The jest projects, in the order in which they run. */
export const TEST_PROJECTS: readonly TestProject[] = [
  { name: 'unit', project: 'unit', workers: 2, needsParts: false, covers: true },
  { name: 'int', project: 'int', workers: 2, needsParts: true, covers: true },
  { name: 'e2e', project: 'e2e', workers: 2, needsParts: true, covers: false },
  // The same scenarios with workers that keep no workflow in memory, and a Temporal that suggests to continue as new after
  // very few events: every workflow task replays its history, and every run goes through many executions. `once` holds
  // what takes its own worker's cache from elsewhere.
  {
    name: 'e2e-replay',
    project: 'e2e',
    workers: 2,
    needsParts: true,
    covers: false,
    env: { BATON_E2E_CACHE: '0', BATON_E2E_SUGGEST_AFTER: '25' },
    without: 'tests/e2e/once/',
  },
  { name: 'vendors', project: 'vendors', workers: 1, needsParts: true, covers: false, needsVendors: true },
];

/**
 * After so long, in milliseconds, CI leaves out what needs vendors: on two cores their installation alone takes up to half an
 * hour, and the whole must take less than one.
 */
export const LAST_START_OF_VENDORS_MS = 15 * 60_000;

/**
 * The folders whose code must run in tests; the rest of apps/local runs in the e2e project, as processes. Fewer branches
 * than lines: under `noUncheckedIndexedAccess` many a `??` has an arm that nothing can reach.
 */
export const COVERAGE_GATES: readonly CoverageGate[] = [
  { folder: 'packages/core', least: { lines: 100, branches: 100 } },
  ...[
    'packages/agents',
    'packages/codec',
    'packages/contracts',
    'packages/egress',
    'packages/identity',
    'packages/jq',
    'packages/sdk',
    'packages/stand',
    'packages/store',
    'packages/telemetry',
    'temporal/activities',
    'temporal/client',
    'temporal/reconciler',
    'temporal/server',
    'temporal/workflows',
    'apps/api',
    'apps/worker',
  ].map((folder) => ({ folder, least: { lines: 85, branches: 80 } })),
];
