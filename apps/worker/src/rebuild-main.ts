import { createClaimCheck } from '@baton/codec';
import { createStore } from '@baton/store';
import { createLogger } from '@baton/telemetry';
import { createGateway, createHistories } from '@baton/temporal-client';
import { settleRun } from '@baton/temporal-reconciler';
import { installRuntime, SILENT } from './install-runtime.ts';
import { createProgress, toLines } from './rebuild-report.ts';
import { rebuild, type RebuildReport } from './rebuild.ts';
import { createReplayer } from './replayer.ts';
import { bundleWorkflows } from './run-worker.ts';
import { readSettings, type Settings } from './settings.ts';

/** Runs rebuilt at once; each holds the history of one execution in memory. */
const LANES = 2;

const settings = readSettings(process.env);
const stopping = new AbortController();
// What goes wrong is said once, in the report.
installRuntime(createLogger({ service: 'rebuild', level: 'silent' }), SILENT);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    stopping.abort();
  });

const report = await rebuildWith(settings, stopping.signal);
for (const line of toLines(report)) process.stdout.write(`${line}\n`);
if (stopping.signal.aborted) process.stdout.write('Stopped before the end; run it again to go on.\n');
process.exit(report.failed.length > 0 ? 1 : stopping.signal.aborted ? 130 : 0);

async function rebuildWith(from: Settings, signal: AbortSignal): Promise<RebuildReport> {
  const { DATABASE_URL, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = from;
  const store = createStore({ databaseUrl: DATABASE_URL });
  const codec = createClaimCheck(store.artifacts);
  const gateway = createGateway({ address, namespace, codec });
  const histories = createHistories({ address, namespace });
  // Asked first: an address that nobody answers at is no failure of every single run.
  await Promise.all([store.ping(), gateway.ping()]);
  const bundled = bundleWorkflows();
  const replayers = Array.from({ length: LANES }, () => createReplayer({ bundle: () => bundled, codec }));
  const closing = { runs: store.runs, events: store.events, gateway, retell: async () => undefined };
  const progress = createProgress((line) => process.stdout.write(`${line}\n`));
  const result = await rebuild(
    {
      retell: store.retell,
      histories,
      replayers,
      settle: (scope, runId) => settleRun(closing, scope, runId),
    },
    { signal, onProgress: progress },
  );
  await Promise.all(replayers.map((replayer) => replayer.stop()));
  await Promise.all([histories.stop(), gateway.stop(), store.stop()]);
  return result;
}
