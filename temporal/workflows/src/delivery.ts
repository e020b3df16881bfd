import type { OpenCommand, Snapshot } from '@baton/core';
import type { InvokeAgentParams } from '@baton/temporal-activities';

/** What the worker that calls an agent is told. */
export function deliveryOf(
  snapshot: Snapshot,
  command: Extract<OpenCommand, { kind: 'invoke-agent' }>,
): InvokeAgentParams {
  const agent = snapshot.agents[command.agent];
  if (agent === undefined) throw new Error(`The snapshot pins no agent "${command.agent}".`);
  const { idempotencyKey, step, timeoutMs, input, session, resume, budget, repair } = command;
  return {
    idempotencyKey,
    step,
    timeoutMs,
    agent,
    input,
    ...(session === undefined ? {} : { session }),
    ...(resume === undefined ? {} : { resume }),
    ...(budget === undefined ? {} : { budget }),
    ...(repair === undefined ? {} : { repair }),
  };
}
