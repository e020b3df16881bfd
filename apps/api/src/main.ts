import { createServer, type Server } from 'node:http';
import { createAdapterRegistry, createAdapters } from '@baton/agents';
import { createClaimCheck } from '@baton/codec';
import { createEgress } from '@baton/egress';
import { createStore, type Store } from '@baton/store';
import { createLogger, createMetrics, type Logger } from '@baton/telemetry';
import { createGateway, type Gateway } from '@baton/temporal-client';
import { createApi } from './app.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { createDryRun } from './runs/rehearse.ts';

/** Version of Baton. */
const API_VERSION = '0.1.0';
/** How long open requests may take once the process is told to stop. */
const DRAIN_MS = 10_000;

const settings = environmentOrSentence();
if (settings === null) process.exitCode = 1;
else await main(settings);

/** The settings; null after the sentence that says what is wrong: where in the code it was found tells nobody anything. */
function environmentOrSentence(): Environment | null {
  try {
    return readEnvironment(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

async function main(environment: Environment): Promise<void> {
  const logger = createLogger({ service: 'api', level: environment.BATON_LOG_LEVEL });
  const store = createStore({ databaseUrl: environment.DATABASE_URL });
  const gateway = connectGateway(environment, store);
  const egress = createEgress({ policy: { allowLoopback: environment.BATON_EGRESS_LOOPBACK } });
  const { TEMPORAL_UI_URL: url, TEMPORAL_NAMESPACE: namespace } = environment;
  const api = createApi({
    store,
    gateway,
    egress,
    adapters: createAdapterRegistry(createAdapters()),
    dryRun: createDryRun(Date.now),
    logger,
    metrics: createMetrics(),
    clock: Date.now,
    config: {
      apiVersion: API_VERSION,
      temporalUi: url === undefined ? null : { url, namespace },
      requestsPerMinute: environment.BATON_API_REQUESTS_PER_MINUTE,
    },
  });
  const server = createServer(api.app);
  // Streams stay open for as long as runs take; slow senders of requests are cut off by the other time-outs.
  server.requestTimeout = 60_000;
  // Longer than clients and proxies usually keep a connection, so that it is they who close it and not we under a request.
  server.keepAliveTimeout = 75_000;
  await listen(server, environment, logger);
  await toldToStop();
  logger.info('api.stopping');
  api.close();
  await drain(server);
  await gateway.stop();
  await egress.close();
  await store.stop();
  logger.info('api.stopped');
  // Temporal's client may hold timers for calls it would make again; everything of ours is closed.
  process.exit(0);
}

/** The way to Temporal, connected with its first call. */
function connectGateway(environment: Environment, store: Store): Gateway {
  return createGateway({
    address: environment.TEMPORAL_ADDRESS,
    namespace: environment.TEMPORAL_NAMESPACE,
    taskQueue: environment.BATON_TASK_QUEUE,
    codec: createClaimCheck(store.artifacts),
  });
}

function listen(server: Server, environment: Environment, logger: Logger): Promise<void> {
  const { BATON_API_HOST: host, BATON_API_PORT: port } = environment;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      logger.info('api.listening', { host, port: typeof address === 'object' ? address?.port : port });
      resolve();
    });
  });
}

function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
