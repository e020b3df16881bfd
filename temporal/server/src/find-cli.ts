import { access, chmod, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { judgeCli } from './cli-version.ts';
import { buildWithGo } from './go-build.ts';
import { withInstallLock } from './install-lock.ts';
import { fetchArchive, type Attempt } from './official-archive.ts';
import { archivePlatform, GO_PACKAGE, MINIMUM_CLI, TEMPORAL_CLI_VERSION } from './pins.ts';

/** What {@link findTemporalCli} needs. */
export interface FindTemporalCliParams {
  /** The process environment: PATH, TEMPORAL_CLI, XDG_CACHE_HOME and HOME are looked at. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what takes long, one sentence at a time; default: nobody. */
  readonly onProgress?: ((sentence: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Replaces the address of the official archives; for a mirror and for tests. */
  readonly archiveBaseUrl?: string | undefined;
  /** Longest wait for an archive's answer to begin, in milliseconds; default 4000. */
  readonly connectTimeoutMs?: number | undefined;
}

/** A `temporal` binary that can be run, and which of the three ways it came by. */
export interface TemporalCli {
  readonly path: string;
  readonly from: 'environment' | 'path' | 'cache' | 'archive' | 'go';
}

/** Raised when no way gave a usable binary; the message names every way and why it failed. */
export class TemporalNotFoundError extends Error {
  override readonly name = 'TemporalNotFoundError';
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not executable: the caller looks further.
    return false;
  }
}

async function onPath(searchPath: string): Promise<Attempt> {
  let reason = 'none is there';
  for (const folder of searchPath.split(delimiter).filter(Boolean)) {
    const path = join(folder, 'temporal');
    if (!(await isExecutable(path))) continue;
    const verdict = await judgeCli(path);
    if (verdict.kind === 'good') return { kind: 'had', path };
    reason = `${path} cannot be used: ${verdict.reason}`;
  }
  return { kind: 'not-had', reason };
}

/**
 * The folder that keeps the binary between checkouts, keyed by version:
 * `$XDG_CACHE_HOME/baton/temporal/<version>`, by default under `~/.cache`.
 */
function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment['XDG_CACHE_HOME'] || join(environment['HOME'] ?? '.', '.cache');
  return join(base, 'baton', 'temporal', TEMPORAL_CLI_VERSION);
}

function notFound(reasons: { path: string; archive: string; go: string }): TemporalNotFoundError {
  return new TemporalNotFoundError(
    [
      'No Temporal server could be had. Any one of these three is enough:',
      `  1. \`temporal\` ${MINIMUM_CLI.join('.')} or later on PATH, or its path in TEMPORAL_CLI: ${reasons.path}.`,
      `  2. the official archive of version ${TEMPORAL_CLI_VERSION}, downloaded from GitHub: ${reasons.archive}.`,
      `  3. Go on PATH, for \`go install ${GO_PACKAGE}\`: ${reasons.go}.`,
    ].join('\n'),
  );
}

async function obtain(
  intoDir: string,
  params: FindTemporalCliParams,
  pathReason: string,
): Promise<{ path: string; from: 'archive' | 'go' }> {
  const { environment, signal } = params;
  const onProgress = params.onProgress ?? (() => undefined);
  onProgress(`Fetching the official Temporal ${TEMPORAL_CLI_VERSION} …`);
  const archive = await fetchArchive({
    intoDir,
    platform: archivePlatform(process.platform, process.arch),
    baseUrl: params.archiveBaseUrl,
    connectTimeoutMs: params.connectTimeoutMs,
    signal,
  });
  if (archive.kind === 'had') return { path: archive.path, from: 'archive' };
  const built = await buildWithGo({ intoDir, environment, onProgress, signal });
  if (built.kind === 'had') return { path: built.path, from: 'go' };
  throw notFound({ path: pathReason, archive: archive.reason, go: built.reason });
}

async function install(
  binDir: string,
  params: FindTemporalCliParams,
  pathReason: string,
): Promise<TemporalCli> {
  const target = join(binDir, 'temporal');
  // Another process may have put it there while this one waited for the lock.
  if (await isExecutable(target)) return { path: target, from: 'cache' };
  const intoDir = await mkdtemp(join(binDir, 'new-'));
  try {
    const had = await obtain(intoDir, params, pathReason);
    await chmod(had.path, 0o755);
    const verdict = await judgeCli(had.path);
    if (verdict.kind === 'bad') {
      throw new TemporalNotFoundError(`The new Temporal binary cannot be used: ${verdict.reason}.`);
    }
    await rename(had.path, target);
    return { path: target, from: had.from };
  } finally {
    await rm(intoDir, { recursive: true, force: true });
  }
}

/**
 * Finds a `temporal` binary, or gets one: TEMPORAL_CLI or PATH when new enough, else the cache, else the official
 * archive pinned by SHA-256, else `go install`. What is got is put into the cache by one rename, under a lock.
 * Throws {@link TemporalNotFoundError} naming all three ways when none works.
 */
export async function findTemporalCli(params: FindTemporalCliParams): Promise<TemporalCli> {
  const named = params.environment['TEMPORAL_CLI'];
  if (named) {
    const verdict = await judgeCli(named);
    if (verdict.kind === 'good') return { path: named, from: 'environment' };
    throw new TemporalNotFoundError(`TEMPORAL_CLI names ${named}, which cannot be used: ${verdict.reason}.`);
  }
  const found = await onPath(params.environment['PATH'] ?? '');
  if (found.kind === 'had') return { path: found.path, from: 'path' };
  const binDir = cacheFolder(params.environment);
  const cached = join(binDir, 'temporal');
  if (await isExecutable(cached)) return { path: cached, from: 'cache' };
  await mkdir(binDir, { recursive: true });
  return withInstallLock(join(binDir, 'lock'), () => install(binDir, params, found.reason), params.signal);
}
