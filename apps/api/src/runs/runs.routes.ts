import { isObject, isTerminal, parseRunId, type RunId } from '@baton/core';
import { routes } from '@baton/contracts';
import type { RunRecord, StepRecord, Store } from '@baton/store';
import { json, type Answer, type Call } from '../http/call.ts';
import { endpoint, endpointOn, type Endpoint, type FindParams } from '../http/endpoint.ts';
import { preferredWait } from '../http/header-values.ts';
import { createHash } from 'node:crypto';
import { checkValueSize } from '../workflows/choose-version.ts';
import type { Definitions } from '../workflows/definitions.ts';
import { graphAnswer, type StepStates } from '../workflows/graph-answer.ts';
import { toCloudEvent } from './cloud-event.ts';
import type { RunMessage } from './run-control.ts';
import { toRun, toRuns, toStepTree, type TemporalUi } from './run-json.ts';
import type { RunWatch } from './run-watch.ts';
import type { RunService } from './runs.service.ts';
import { waitForEnd } from './wait-for-end.ts';

/** What the routes of runs need. */
export interface RunRoutesPorts {
  readonly store: Pick<Store, 'runs' | 'steps' | 'workflows' | 'agentCalls'>;
  readonly service: RunService;
  readonly watch: RunWatch;
  readonly definitions: Definitions;
  readonly ui: TemporalUi | null;
  /** RFC 3339 time. */
  readonly now: () => string;
}

/** A run found by the id of a path. */
export interface FoundRun {
  readonly runId: RunId;
  readonly run: RunRecord;
}

/** Finds the run of a path's `id`. */
export function findRun(store: Pick<Store, 'runs'>) {
  return async ({ caller, params }: FindParams<{ id: string }>): Promise<FoundRun | null> => {
    const runId = parseRunId(params.id);
    const run = runId === null ? null : await store.runs.get(caller.scope, runId);
    return runId === null || run === null ? null : { runId, run };
  };
}

/** The answer to a start: the run when it ends within the time the client prefers to wait, else 202. */
export async function startedAnswer(
  ports: Pick<RunRoutesPorts, 'watch' | 'ui'> & { readonly store: Pick<Store, 'runs' | 'agentCalls'> },
  call: Call<unknown, unknown, unknown>,
  accepted: RunRecord,
): Promise<Answer> {
  const { scope } = call.caller;
  const seconds = preferredWait(call.header('Prefer'));
  const run =
    seconds === null || seconds === 0
      ? accepted
      : await waitForEnd(
          { runs: ports.store.runs, watch: ports.watch },
          { scope, run: accepted, waitMs: seconds * 1000, signal: call.exchange.signal },
        );
  return json(isTerminal(run.status) && seconds !== null ? 200 : 202, await toRun(ports, scope, run), {
    Location: `/v1/runs/${run.id}`,
    ...(seconds === null ? {} : { 'Preference-Applied': `wait=${seconds}` }),
  });
}

/** The routes of runs, but for their events. */
export function runEndpoints(ports: RunRoutesPorts): readonly Endpoint[] {
  const { service, store } = ports;
  const findWorkflow = async ({ caller, params }: FindParams<{ name: string }>) =>
    (await store.workflows.exists(caller.scope, params.name)) ? { name: params.name } : null;
  return [
    endpointOn(routes.startRun, {
      find: findWorkflow,
      handle: async (call, workflow) => startedAnswer(ports, call, await service.start(call, workflow)),
    }),
    endpointOn(routes.dryRun, {
      find: findWorkflow,
      handle: async (call, workflow) => json(200, await service.rehearse(call, workflow)),
    }),
    endpoint(routes.listRuns, async ({ caller, query }) => {
      const page = await service.list(caller.scope, query);
      return json(200, { ...page, items: await toRuns(ports, caller.scope, page.items) });
    }),
    endpointOn(routes.getRun, {
      find: findRun(store),
      handle: async ({ caller }, { run }) => json(200, await toRun(ports, caller.scope, run)),
    }),
    endpointOn(routes.listSteps, {
      find: findRun(store),
      handle: async ({ caller }, { runId }) =>
        json(200, { steps: toStepTree(await store.steps.list(caller.scope, runId)) }),
    }),
    endpointOn(routes.getRunGraph, {
      find: findRun(store),
      handle: async ({ caller, query }, { runId }) => {
        const snapshot = await store.runs.snapshot(caller.scope, runId);
        const definition = snapshot?.['definition'];
        const document = isObject(definition) ? definition : {};
        const states = statesOf(await store.steps.list(caller.scope, runId));
        return graphAnswer(ports.definitions.read(`run ${runId}`, document), query.format, states);
      },
    }),
    ...controlEndpoints(ports),
  ];
}

function controlEndpoints(ports: RunRoutesPorts): readonly Endpoint[] {
  const find = findRun(ports.store);
  const withReason = (kind: 'cancel' | 'terminate') => ({
    find,
    handle: (call: Call<unknown, unknown, { reason?: string }>, { run }: FoundRun) =>
      control(ports, call, { run, message: { kind, body: { reason: call.body.reason ?? '' } } }),
  });
  const without = (kind: 'suspend' | 'resume') => ({
    find,
    handle: (call: Call<unknown, unknown, unknown>, { run }: FoundRun) =>
      control(ports, call, { run, message: { kind, body: {} } }),
  });
  return [
    endpointOn(routes.cancelRun, withReason('cancel')),
    endpointOn(routes.terminateRun, withReason('terminate')),
    endpointOn(routes.suspendRun, without('suspend')),
    endpointOn(routes.resumeRun, without('resume')),
    endpointOn(routes.signalRun, {
      find,
      handle: async (call, { run }) => {
        checkValueSize(call.body, '', call.bodyBytes);
        const key = messageKey(call);
        const event = toCloudEvent({
          body: call.body,
          structured: call.mediaType === 'application/cloudevents+json',
          name: call.params.name,
          id: key ?? call.exchange.requestId,
          source: `/v1/runs/${run.id}/signals`,
          now: ports.now(),
        });
        const message: RunMessage = { kind: 'signal', body: { event }, key };
        await ports.service.send({ scope: call.caller.scope, run, exchange: call.exchange }, message);
        return json(202, { event });
      },
    }),
  ];
}

async function control(
  ports: RunRoutesPorts,
  call: Call<unknown, unknown, unknown>,
  { run, message }: { readonly run: RunRecord; readonly message: Omit<RunMessage, 'key'> },
): Promise<Answer> {
  const { caller, exchange } = call;
  const sent = { ...message, key: messageKey(call) };
  const now = await ports.service.send({ scope: caller.scope, run, exchange }, sent);
  return json(202, await toRun(ports, caller.scope, now), { Location: `/v1/runs/${run.id}` });
}

/** A key for a message that the client sends under an Idempotency-Key: the same wish is the same message. */
function messageKey(call: Call<unknown, unknown, unknown>): string | null {
  if (call.idempotencyKey === null) return null;
  const parts = [call.exchange.request.path, call.idempotencyKey, call.bodyHash];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The state of the newest step of each task. */
function statesOf(steps: readonly StepRecord[]): StepStates {
  return new Map(steps.map(({ path, status }) => [path, status]));
}
