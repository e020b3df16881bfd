/** One static check of `npm test`: a tool that exits with 0 when all is well. */
export interface StaticCheck {
  readonly name: string;
  /** File name below `node_modules/.bin`. */
  readonly tool: string;
  readonly args: readonly string[];
}

const LINTED = ['packages', 'apps', 'temporal', 'tests', 'config', 'docs', 'examples'];

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
  /** Test files at the same time. */
  readonly workers: number;
  /** Whether PostgreSQL and Temporal must run. */
  readonly needsParts: boolean;
}

/** The jest projects, in the order in which they run. */
export const TEST_PROJECTS: readonly TestProject[] = [
  { name: 'unit', workers: 2, needsParts: false },
  { name: 'int', workers: 2, needsParts: true },
  { name: 'e2e', workers: 1, needsParts: true },
];
