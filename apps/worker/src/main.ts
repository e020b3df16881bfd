import { createLogger, createMetrics } from '@baton/telemetry';
import { startHealthServer } from './health-server.ts';
import { installRuntime } from './install-runtime.ts';
import { createEnvironmentSecrets } from './environment-secrets.ts';
import { connect, createParts, createTemporalWorker, stopAll, type Parts } from './run-worker.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const logger = createLogger({ service: 'worker', level: settings.BATON_LOG_LEVEL });
const stopping = new AbortController();

installRuntime(logger);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    stopping.abort();
  });
const secrets = createEnvironmentSecrets(process.env);
const exitCode = await main(
  createParts(settings, { logger, metrics: createMetrics(), secrets, environment: process.env }),
);
// The native half of a worker that could not shut down would keep the process for ever.
process.exit(exitCode);

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
    const bundle = await parts.bundle();
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
    await stopAll(parts);
    logger.info('worker.stopped', {});
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
