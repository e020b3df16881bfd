import { join } from 'node:path';
import type { Terminal } from './terminal.ts';
import { VENDORS, type Vendor } from './vendors.ts';

/** Vendors that are there for the tests, and those that could not be had. */
export interface VendorParts {
  /** How long each took to be installed, in seconds. */
  readonly seconds: ReadonlyMap<string, number>;
  /** By a vendor's name, the sentence that says why it is not there. */
  readonly missing: ReadonlyMap<string, string>;
}

/** Installs every vendor below `.baton/vendors`, one after the other, until `signal` aborts. Never rejects. */
export async function installVendors(
  root: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<VendorParts> {
  const seconds = new Map<string, number>();
  const missing = new Map<string, string>();
  for (const { name, version, install } of VENDORS) {
    if (install === undefined) continue;
    try {
      const folder = join(root, '.baton', 'vendors', name);
      const installed = await terminal.phase(`Getting ${name} ${version}`, () => install(folder, signal));
      seconds.set(name, installed.seconds);
    } catch (error) {
      if (signal.aborted) break;
      const reason = error instanceof Error ? error.message : String(error);
      missing.set(name, `${name} ${version} could not be had: ${reason}`);
    }
  }
  return { seconds, missing };
}

/** A pattern of the paths of tests whose vendors are missing; undefined when all are there. */
export function pathsWithout({ missing }: VendorParts): string | undefined {
  const left = VENDORS.filter(({ name }) => missing.has(name)).map(({ tests }: Vendor) => tests);
  return left.length === 0 ? undefined : `(${left.join('|')})`;
}
