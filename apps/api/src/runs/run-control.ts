import { isObject, isTerminal, own, workflowIdOf, type JsonObject, type Scope } from '@baton/core';
import type { OutboxKind, RunRecord, Store } from '@baton/store';
import type { Logger } from '@baton/telemetry';
import { snapshotFromJson } from '@baton/temporal-client';
import { conflict } from '../http/refusals.ts';
import type { Delivered } from '@baton/temporal-client';
import type { RunGateway } from './run-gateway.ts';

/** What controlling runs needs. */
export interface RunControlPorts {
  readonly store: Pick<Store, 'runs' | 'outbox'>;
  readonly gateway: RunGateway;
}

/** A message to a run. */
export interface RunMessage {
  readonly kind: Exclude<
    OutboxKind,
    'human_task_decided' | 'child_run_ended' | 'agent_call_due' | 'agent_called_back'
  >;
  /** `{reason}` for cancel and terminate, `{event}` for signals. */
  readonly body: JsonObject;
  /** Two messages with one key are one, as long as they wait in the outbox. */
  readonly key: string | null;
}

/** Where a message goes. */
export interface RunMessageParams {
  readonly scope: Scope;
  readonly run: RunRecord;
  readonly logger: Logger;
}

/** Sends messages to runs. */
export interface RunControl {
  /** Delivers now, or leaves the message in the outbox while Temporal is away. Throws `conflict` when the run has ended. */
  send(params: RunMessageParams, message: RunMessage): Promise<void>;
}

/** The type of the error of a run that was terminated. */
const TERMINATED = 'urn:baton:problem:terminated';

/** Messages by Temporal, else by the outbox. */
export function createRunControl(ports: RunControlPorts): RunControl {
  return {
    send: async (params, message) => {
      const { scope, run } = params;
      if (isTerminal(run.status)) throw ended(run);
      const delivered = await deliver(ports, params, message);
      if (delivered === 'away') return enqueue(ports, params, message);
      if (delivered === 'not_found') throw ended(run);
      if (message.kind === 'terminate') await closeTerminated(ports, scope, { run, body: message.body });
    },
  };
}

function ended(run: RunRecord): Error {
  const how = isTerminal(run.status) ? `is ${run.status}` : 'has just ended';
  return conflict(`The run ${how}; nothing reaches it any more.`);
}

async function deliver(
  ports: RunControlPorts,
  params: RunMessageParams,
  message: RunMessage,
): Promise<Delivered | 'away'> {
  if (!ports.gateway.available()) return 'away';
  const { scope, run, logger } = params;
  try {
    const first = await call(ports.gateway, params, message);
    if (first === 'delivered' || run.status !== 'pending') return first;
    // Accepted, and Temporal has not heard of it yet: it starts now, so that the message has somebody to reach.
    const kept = await ports.store.runs.snapshot(scope, run.id);
    if (kept !== null) await ports.gateway.start(snapshotFromJson(kept));
    return await call(ports.gateway, params, message);
  } catch (error) {
    logger.warn('run.message_deferred', { runId: run.id, kind: message.kind, error });
    return 'away';
  }
}

function call(
  gateway: RunGateway,
  { scope, run }: RunMessageParams,
  message: RunMessage,
): Promise<Delivered> {
  const reason = typeof message.body['reason'] === 'string' ? message.body['reason'] : '';
  switch (message.kind) {
    case 'cancel':
      return gateway.cancel(scope, run.id, reason);
    case 'terminate':
      return gateway.terminate(scope, run.id, reason);
    case 'suspend':
      return gateway.suspend(scope, run.id);
    case 'resume':
      return gateway.resume(scope, run.id);
    case 'signal':
      return gateway.signal(scope, run.id, eventOf(message.body));
    default:
      return message.kind satisfies never;
  }
}

function eventOf(body: JsonObject): JsonObject {
  const event = own(body, 'event');
  if (isObject(event)) return event;
  throw new Error('A signal carries an event.');
}

function enqueue(
  ports: RunControlPorts,
  { scope, run }: RunMessageParams,
  message: RunMessage,
): Promise<void> {
  return ports.store.outbox.enqueue(scope, {
    kind: message.kind,
    workflowId: workflowIdOf(scope, run.id),
    body: message.body,
    ...(message.key === null ? {} : { key: message.key }),
  });
}

/** A terminated execution writes no last event of its own. */
async function closeTerminated(
  ports: RunControlPorts,
  scope: Scope,
  { run, body }: { readonly run: RunRecord; readonly body: JsonObject },
): Promise<void> {
  const detail = typeof body['reason'] === 'string' ? body['reason'] : '';
  await ports.store.runs.closeFromOutside(scope, run.id, {
    status: 'canceled',
    error: { type: TERMINATED, status: 499, title: 'Terminated', ...(detail === '' ? {} : { detail }) },
    origin: 'api',
  });
}
