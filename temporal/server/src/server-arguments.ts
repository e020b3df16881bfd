/** Custom search attributes, all of type Keyword; they hold opaque ids only. */
export const SEARCH_ATTRIBUTES = [
  'BatonWorkspace',
  'BatonWorkflow',
  'BatonVersion',
  'BatonRequester',
] as const;

/** How long Temporal keeps the history of a closed run: 30 days, in seconds. */
export const RETENTION_SECONDS = 30 * 24 * 60 * 60;

/**
 * Dynamic configuration of the local server. The first five lift defaults that cost much: a shard's queue is polled 20
 * times a second, timers fire up to a second late lest the clocks of several hosts differ, and four partitions now and
 * then make a task wait for a poller. The next two let answers and signals wait for a workflow task that is under way: with
 * the default of 100 the server fails the task, and the worker replays the whole execution.
 */
export const DYNAMIC_CONFIG: Readonly<Record<string, string>> = {
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxTimeShift': '"10ms"',
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
  'history.maximumBufferedEventsBatch': '2000',
  'history.maximumBufferedEventsSizeInBytes': '16777216',
  'system.enableActivityEagerExecution': 'true',
  'matching.useNewMatcher': 'true',
  'matching.enableFairness': 'true',
};

/**
 * Pragmas of the database file. With a write-ahead log and `synchronous=1` nothing is lost when the server is killed;
 * a power loss can drop the last commits.
 */
const SQLITE_PRAGMAS: Readonly<Record<string, string>> = {
  journal_mode: 'wal',
  synchronous: '1',
  wal_autocheckpoint: '10000',
  cache_size: '-65536',
};

/** Ports and file of one local server; all addresses are on 127.0.0.1. */
export interface ServerArgumentsParams {
  readonly port: number;
  readonly uiPort: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  /** Database file; `null` keeps everything in memory. */
  readonly dbFile: string | null;
  /**
   * History events after which Temporal suggests that an execution continues as new; default Temporal's own, some
   * thousands. Few make tests go through many executions.
   */
  readonly suggestContinueAsNewAfter?: number | undefined;
  /** Default `warn`. */
  readonly logLevel?: string | undefined;
}

/** The arguments of `temporal` that start the local server as Baton wants it. */
export function serverArguments(params: ServerArgumentsParams): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', params.logLevel ?? 'warn'];
  args.push('--port', String(params.port), '--ui-port', String(params.uiPort));
  args.push('--http-port', String(params.httpPort), '--metrics-port', String(params.metricsPort));
  if (params.dbFile !== null) {
    args.push('--db-filename', params.dbFile);
    for (const [name, value] of Object.entries(SQLITE_PRAGMAS))
      args.push('--sqlite-pragma', `${name}=${value}`);
  }
  const { suggestContinueAsNewAfter: after } = params;
  const suggestion = after === undefined ? {} : { 'limit.historyCount.suggestContinueAsNew': String(after) };
  for (const [key, value] of Object.entries({ ...DYNAMIC_CONFIG, ...suggestion })) {
    args.push('--dynamic-config-value', `${key}=${value}`);
  }
  for (const name of SEARCH_ATTRIBUTES) args.push('--search-attribute', `${name}=Keyword`);
  return args;
}
