import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import pg from 'pg';

// The compiler's library has WebAssembly only together with a browser's globals.
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>;
};

const CONNECT_TIMEOUT_MS = 5_000;
const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** Where `schema.prisma` and the migrations are: the folder prisma/ of the repository. */
export interface SchemaFiles {
  readonly schema: { readonly path: string; readonly content: string };
  readonly baseDir: string;
  readonly lockfile: string;
  readonly migrations: readonly { readonly name: string; readonly sql: string }[];
}

let loaded: Promise<void> | undefined;

/** Prisma's schema engine as WebAssembly: what `prisma migrate deploy` runs, without a native binary to download. */
function load(): Promise<void> {
  loaded ??= instantiate();
  return loaded;
}

async function instantiate(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports() });
  bindings.__wbg_set_wasm(instance.exports);
  const start: unknown = instance.exports['__wbindgen_start'];
  if (typeof start === 'function') Reflect.apply(start, undefined, []);
}

/** The engine never clears the timer of its advisory lock, which would keep a finished process for 10 s. */
function imports(): Readonly<Record<string, unknown>> {
  const entries = Object.entries<unknown>({ ...bindings });
  return Object.fromEntries(
    entries.map(([name, value]) =>
      name.startsWith('__wbg_setTimeout') ? [name, setIdleTimeout] : [name, value],
    ),
  );
}

function setIdleTimeout(callback: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(callback, ms).unref();
}

async function withEngine<Result>(
  ownerUrl: string,
  files: SchemaFiles,
  use: (engine: bindings.SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await load();
  // A pool of our own, because the engine leaves its connections open when it is freed.
  const pool = new pg.Pool({
    connectionString: ownerUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    allowExitOnIdle: true,
  });
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const datamodels: [string, string][] = [[files.schema.path, files.schema.content]];
  try {
    const engine = await bindings.SchemaEngine.new({ datamodels }, () => {}, adapter);
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

/** Applies what is not applied yet, recorded in `_prisma_migrations`; the names of what was applied now. */
export function applyMigrations(ownerUrl: string, files: SchemaFiles): Promise<readonly string[]> {
  return withEngine(ownerUrl, files, async (engine) => {
    const output = await engine.applyMigrations({
      filters: NO_FILTERS,
      migrationsList: {
        baseDir: files.baseDir,
        shadowDbInitScript: '',
        lockfile: { path: 'migration_lock.toml', content: files.lockfile },
        migrationDirectories: files.migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
    });
    return output.appliedMigrationNames;
  });
}

/** The SQL that makes an empty database what the Prisma schema says: the plain half of a migration. */
export function sqlOfSchema(ownerUrl: string, files: SchemaFiles): Promise<string> {
  return withEngine(ownerUrl, files, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [files.schema] },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    });
    return stdout ?? '';
  });
}
