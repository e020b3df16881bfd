import { join } from 'node:path';
import type { Attempt } from './official-archive.ts';
import { GO_PACKAGE } from './pins.ts';
import { lastLines, runCommand } from './run-command.ts';

/** What {@link buildWithGo} needs. */
export interface BuildWithGoParams {
  /** Existing folder that receives the binary. */
  readonly intoDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (sentence: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Builds the pinned command line with the machine's Go, which takes about three minutes on two cores. */
export async function buildWithGo(params: BuildWithGoParams): Promise<Attempt> {
  const env = params.environment;
  const version = await runCommand('go', ['version'], { env, timeoutMs: 20_000 });
  if (version.code !== 0) return { kind: 'not-had', reason: 'no Go on PATH' };
  params.onProgress('Building Temporal with Go, once for this machine (about three minutes) …');
  const built = await runCommand('go', ['install', GO_PACKAGE], {
    // A cross-compiling GOOS or GOARCH of the caller would make a binary that cannot run here, and refuses GOBIN.
    env: { ...env, GOBIN: params.intoDir, GOFLAGS: '', GOOS: undefined, GOARCH: undefined },
    signal: params.signal,
  });
  params.signal?.throwIfAborted();
  if (built.code !== 0) return { kind: 'not-had', reason: `it failed (${lastLines(built.output)})` };
  return { kind: 'had', path: join(params.intoDir, 'temporal') };
}
