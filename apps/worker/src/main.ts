import { createLogger, createMetrics, type Logger } from '@baton/telemetry';
import { Runtime } from '@temporalio/worker';
import { startHealthServer } from './health-server.ts';
import { bundleWorkflows, connect, createParts, createTemporalWorker, type Parts } from './run-worker.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const logger = createLogger({ service: 'worker', level: settings.BATON_LOG_LEVEL });
const stopping = new AbortController();

installRuntime(logger);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    stopping.abort();
  });
const exitCode = await main(createParts(settings, { logger, metrics: createMetrics() }));
// The native half of a worker that could not shut down would keep the process for ever.
process.exit(exitCode);

/** Temporal's own log lines become ours; its own signal handlers stay out of the way. */
function installRuntime(log: Logger): void {
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) => {
        log.info('temporal.log', { level, message, ...meta });
      },
      trace: () => undefined,
      debug: () => undefined,
      info: (message, meta) => {
        log.debug('temporal.info', { message, ...meta });
      },
      warn: (message, meta) => {
        log.warn('temporal.warn', { message, ...meta });
      },
      error: (message, meta) => {
        log.error('temporal.error', { message, ...meta });
      },
    },
  });
}

/** Runs until it is told to stop or the worker gives up; the exit code says which. */
async function main(parts: Parts): Promise<number> {
  let state = 'the worker is not connected to Temporal yet';
  const health = await startHealthServer({
    port: settings.BATON_WORKER_METRICS_PORT,
    missing: async () =>
      stopping.signal.aborted ? 'the worker is stopping' : state === '' ? databaseMissing(parts) : state,
    metrics: () => parts.metrics.render(),
  });
  try {
    const bundle = await bundleWorkflows();
    const connection = await connect(parts, stopping.signal);
    if (connection === null) return 0;
    const worker = await createTemporalWorker(parts, { connection, bundle });
    parts.reconciler.start();
    state = '';
    logger.info('worker.running', { temporal: settings.TEMPORAL_ADDRESS });
    stopping.signal.addEventListener('abort', () => {
      worker.shutdown();
    });
    if (stopping.signal.aborted) worker.shutdown();
    await worker.run();
    await connection.close();
    return 0;
  } catch (error) {
    // A worker that cannot go on must not look alive: the process ends and is started again from outside.
    logger.error('worker.failed', { error });
    return 1;
  } finally {
    health.close();
    await stop(parts);
  }
}

async function databaseMissing(parts: Parts): Promise<string | null> {
  try {
    await parts.store.ping();
    return null;
  } catch {
    return 'PostgreSQL does not answer';
  }
}

/** Mirrors the start, in reverse. */
async function stop(parts: Parts): Promise<void> {
  await parts.reconciler.stop();
  await parts.sink.stop();
  await parts.confirmer.stop();
  await parts.gateway.stop();
  await parts.egress.close();
  await parts.store.stop();
  logger.info('worker.stopped', {});
}
