import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LAST_START_OF_VENDORS_MS, type TestProject } from './checks.ts';
import type { Terminal } from './terminal.ts';
import { writeVendorBlock } from './vendor-block.ts';
import { installVendors, pathsWithout } from './vendor-parts.ts';
import { parseFileCounts } from './vendor-report-codec.ts';

/** What {@link verifyVendors} needs. */
export interface VerifyVendorsParams {
  readonly root: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly project: TestProject;
  readonly run: (project: TestProject) => Promise<void>;
  /** Whether the page of the agents is to tell of this run. */
  readonly writes: boolean;
}

/** Why the tests that need vendors do not run with all others, when so much time has gone by; undefined: they do. */
export function vendorsLeftOut(isCi: boolean, soFarMs: number): string | undefined {
  if (!isCi) return '"npm run test:vendors" runs it';
  if (soFarMs <= LAST_START_OF_VENDORS_MS) return undefined;
  return `${Math.round(soFarMs / 60_000)} minutes have gone by, and with it the whole would take over an hour`;
}

/**
 * Installs vendors and runs their tests; those of a vendor that cannot be had do not run. Answers the sentences of those. The
 * page of the agents tells of a run for which all were there.
 */
export async function verifyVendors(params: VerifyVendorsParams): Promise<readonly string[]> {
  const { root, terminal, signal, project } = params;
  const parts = await installVendors(root, terminal, signal);
  const missing = [...parts.missing.values()];
  for (const sentence of missing) terminal.line(`  NOT HAD ${sentence}`);
  const without = pathsWithout(parts);
  await params.run({ ...project, ...(without === undefined ? {} : { without }) });
  if (!params.writes || missing.length > 0 || signal.aborted) return missing;
  const report = await readFile(join(root, '.baton', 'verify', `${project.name}.json`), 'utf8');
  const page = join(root, 'docs', 'agents.md');
  await writeVendorBlock(page, { files: parseFileCounts(report), parts, date: new Date() });
  terminal.line('  docs/agents.md tells of this run.');
  return missing;
}
