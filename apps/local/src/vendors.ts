import { ensureNpmPackages, type InstalledPackages } from '@baton/stand';

/** A vendor whose real server or framework is tested. */
export interface Vendor {
  readonly name: string;
  readonly version: string;
  /** What the paths of its tests hold. */
  readonly tests: string;
  /** Installs it into a folder of its own, unless it is there. Absent: its tests do. */
  readonly install?: (folder: string, signal: AbortSignal) => Promise<InstalledPackages>;
}

/** Servers keep their data in PostgreSQL; this database would have to be compiled for minutes. */
const NO_SQLITE = { sqlite3: 'exports.verbose = () => exports;' };

/** The tree does not resolve by the rules of peer dependencies; the date keeps later releases out of it. */
const NPM_FLAGS = ['--legacy-peer-deps', '--before=2026-10-10'];

const N8N = '2.41.1';

/** Every vendor that is tested for real. */
export const VENDORS: readonly Vendor[] = [
  {
    name: 'n8n',
    version: N8N,
    tests: 'tests/vendors/n8n/',
    install: (folder, signal) =>
      ensureNpmPackages({
        folder,
        packages: [`n8n@${N8N}`],
        hollow: NO_SQLITE,
        flags: NPM_FLAGS,
        signal,
      }),
  },
];
