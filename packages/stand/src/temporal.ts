import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findTemporalCli, prepareServer, serverArguments } from '@baton/temporal-server';
import { freePort } from './ports.ts';
import { startProcess, type ProcessEnd, type SupervisedProcess } from './supervised-process.ts';

/** What {@link startTemporal} may be told. */
export interface StartTemporalOptions {
  /** Keeps everything between runs; default: in memory, gone with `stop()`. */
  readonly dbFile?: string;
  /** gRPC, on 127.0.0.1; default: any free one. */
  readonly port?: number;
  /** Temporal UI, on 127.0.0.1; default: any free one. */
  readonly uiPort?: number;
  /** Default: beside `dbFile`; in memory: a temporary file. */
  readonly logFile?: string;
  /** History events after which it suggests that an execution continues as new; default Temporal's own, some thousands. */
  readonly suggestContinueAsNewAfter?: number | undefined;
  /** Told what takes long, such as building the server. */
  readonly onProgress?: (sentence: string) => void;
  readonly signal?: AbortSignal;
}

/** A Temporal server with everything Baton needs in its namespace `default`. */
export interface RunningTemporal {
  /** `host:port` of gRPC, as Temporal clients want it. */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
  /** Temporal's HTTP API, for looking at the server without a client library. */
  readonly httpUrl: string;
  readonly process: SupervisedProcess;
  readonly ended: Promise<ProcessEnd>;
  stop(): Promise<void>;
}

async function untilPrepared(
  server: SupervisedProcess,
  httpUrl: string,
  signal?: AbortSignal,
): Promise<void> {
  const early = new AbortController();
  const signals = signal ? [early.signal, signal] : [early.signal];
  const endedEarly = server.ended.then(async () => {
    throw new Error(`Temporal ended as soon as it was started:\n${await server.logTail(8)}`);
  });
  try {
    await Promise.race([prepareServer({ httpUrl, signal: AbortSignal.any(signals) }), endedEarly]);
  } finally {
    early.abort();
    // When the server ends later, that is no longer news for this function.
    endedEarly.catch(() => undefined);
  }
}

/**
 * Starts a real Temporal server, getting the binary first where the machine has none, and gives its namespace the search
 * attributes and the retention Baton needs. Rejects with a sentence that names what could not be had.
 */
export async function startTemporal(options: StartTemporalOptions = {}): Promise<RunningTemporal> {
  const { onProgress, signal, dbFile } = options;
  const cli = await findTemporalCli({ environment: process.env, onProgress, signal });
  const temporary = dbFile === undefined ? await mkdtemp(join(tmpdir(), 'baton-temporal-')) : null;
  if (dbFile !== undefined) await mkdir(dirname(dbFile), { recursive: true });
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const httpPort = await freePort();
  const server = await startProcess({
    name: 'Temporal',
    command: cli.path,
    args: serverArguments({
      port,
      uiPort,
      httpPort,
      metricsPort: await freePort(),
      dbFile: dbFile ?? null,
      suggestContinueAsNewAfter: options.suggestContinueAsNewAfter,
    }),
    logFile: options.logFile ?? (temporary ? join(temporary, 'temporal.log') : `${dbFile}.log`),
    graceMs: 15_000,
  });
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  const stop = async (): Promise<void> => {
    await server.stop();
    if (temporary) await rm(temporary, { recursive: true, force: true });
  };
  try {
    await untilPrepared(server, httpUrl, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const uiUrl = `http://127.0.0.1:${uiPort}`;
  return {
    address: `127.0.0.1:${port}`,
    namespace: 'default',
    uiUrl,
    httpUrl,
    process: server,
    ended: server.ended,
    stop,
  };
}
