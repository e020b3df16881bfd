import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ARCHIVE_BASE_URL, ARCHIVE_SHA256, TEMPORAL_CLI_VERSION } from './pins.ts';
import { lastLines, runCommand } from './run-command.ts';

/** How one way of getting the binary ended; `reason` is a clause for the message that names all ways. */
export type Attempt =
  { readonly kind: 'had'; readonly path: string } | { readonly kind: 'not-had'; readonly reason: string };

/** What {@link fetchArchive} needs. */
export interface FetchArchiveParams {
  /** Existing empty folder on the file system of the final place. */
  readonly intoDir: string;
  /** As `archivePlatform` names it; `null` where no official archive exists. */
  readonly platform: string | null;
  /** Replaces the official address; for a mirror and for tests. */
  readonly baseUrl?: string | undefined;
  /** Replaces the pinned digest; for tests only. */
  readonly sha256?: string | undefined;
  /** Longest wait for the answer to begin, in milliseconds. Default 4000, so that a machine without a way out falls through quickly. */
  readonly connectTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const BODY_LIMIT_MS = 10 * 60_000;

async function download(url: string, params: FetchArchiveParams): Promise<Buffer> {
  const connecting = new AbortController();
  const timer = setTimeout(() => connecting.abort(), params.connectTimeoutMs ?? 4_000);
  const signals = [connecting.signal, AbortSignal.timeout(BODY_LIMIT_MS)];
  if (params.signal) signals.push(params.signal);
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    params.signal?.throwIfAborted();
    if (connecting.signal.aborted) throw new Error('no connection in time', { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Downloads the official archive, refuses it unless its SHA-256 is the pinned one, and unpacks the binary.
 * Nothing is unpacked, let alone run, before the digest has been compared.
 */
export async function fetchArchive(params: FetchArchiveParams): Promise<Attempt> {
  const wanted = params.sha256 ?? (params.platform === null ? undefined : ARCHIVE_SHA256[params.platform]);
  if (params.platform === null || wanted === undefined) {
    return { kind: 'not-had', reason: 'there is none for this machine' };
  }
  const name = `temporal_cli_${TEMPORAL_CLI_VERSION}_${params.platform}.tar.gz`;
  const url = `${params.baseUrl ?? ARCHIVE_BASE_URL}/v${TEMPORAL_CLI_VERSION}/${name}`;
  let archive: Buffer;
  try {
    archive = await download(url, params);
  } catch (error) {
    params.signal?.throwIfAborted();
    return { kind: 'not-had', reason: error instanceof Error ? error.message : String(error) };
  }
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== wanted) {
    return {
      kind: 'not-had',
      reason: `${name} has SHA-256 ${found} and ${wanted} is pinned; it was refused`,
    };
  }
  const file = join(params.intoDir, name);
  await writeFile(file, archive);
  const unpacked = await runCommand('tar', ['-xzf', file, '-C', params.intoDir, 'temporal']);
  if (unpacked.code !== 0) {
    return { kind: 'not-had', reason: `${name} cannot be unpacked (${lastLines(unpacked.output)})` };
  }
  return { kind: 'had', path: join(params.intoDir, 'temporal') };
}
