import { isObject, own, parseWorkflowId, type JsonObject } from '@baton/core';
import type { OutboxMessage, OutboxRepository } from '@baton/store';
import type { Delivered, Gateway } from '@baton/temporal-client';
import type { LoopParams } from './loop.ts';

/** What the relay needs. */
export interface RelayPorts {
  readonly outbox: OutboxRepository;
  readonly gateway: Gateway;
  /** Told of a message that has to be sent again. */
  readonly onError: LoopParams['onError'];
}

/** Messages taken at once. */
const BATCH = 50;

/**
 * Sends what the outbox holds to the executions it is for, at least once. A message for an execution that is closed
 * counts as delivered: nobody is left to hear it. True when there may be more.
 */
export async function relayOnce({ outbox, gateway, onError }: RelayPorts): Promise<boolean> {
  if (!gateway.available()) return false;
  const messages = await outbox.takeDue({ limit: BATCH });
  await Promise.all(
    messages.map(async (message) => {
      try {
        await send(gateway, message);
        await outbox.markDelivered(message.scope, message.id);
      } catch (error) {
        onError('relay', error);
        await outbox.reschedule(
          message.scope,
          message.id,
          error instanceof Error ? error.message : String(error),
        );
      }
    }),
  );
  return messages.length === BATCH;
}

async function send(gateway: Gateway, message: OutboxMessage): Promise<Delivered> {
  const run = parseWorkflowId(message.workflowId);
  if (run === null) throw new Error(`The workflow id "${message.workflowId}" is none of ours.`);
  const { scope, runId } = run;
  switch (message.kind) {
    case 'human_task_decided':
      return gateway.humanTaskDecided(message.workflowId, {
        humanTaskId: textOf(message.body, 'taskId'),
        decisionId: textOf(message.body, 'decisionId'),
      });
    case 'child_run_ended':
      return gateway.childRunEnded(message.workflowId, { childRunId: textOf(message.body, 'childRunId') });
    case 'agent_called_back':
      return gateway.agentCalledBack(message.workflowId, { key: textOf(message.body, 'key') });
    case 'agent_call_due':
      return gateway.agentCallDue(message.workflowId, { key: textOf(message.body, 'key') });
    case 'signal':
      return gateway.signal(scope, runId, eventOf(message.body));
    case 'suspend':
      return gateway.suspend(scope, runId);
    case 'resume':
      return gateway.resume(scope, runId);
    case 'cancel':
      return gateway.cancel(scope, runId, textOf(message.body, 'reason'));
    case 'terminate':
      return gateway.terminate(scope, runId, textOf(message.body, 'reason'));
    default:
      return message.kind satisfies never;
  }
}

function textOf(body: JsonObject, key: string): string {
  const value = own(body, key);
  return typeof value === 'string' ? value : '';
}

function eventOf(body: JsonObject): JsonObject {
  const event = own(body, 'event');
  return isObject(event) ? event : body;
}
