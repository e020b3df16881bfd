import { isObject, type Json, type OpenCommand, type PinnedAgent } from '@baton/core';
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Stage } from './perform.ts';
import { storeActivities } from './store-activities.ts';
import { summaryOf } from './summaries.ts';

type Command = Extract<OpenCommand, { kind: 'invoke-agent' }>;

/** How long a call whose turn has come may take to reach a worker before its turn is given to others, in milliseconds. */
const LEASE_MS = 30_000;

/** A call that waits asks again by itself, at first after this long, in milliseconds, then less and less often. */
const FIRST_PATIENCE_MS = 30_000;

/** It asks at least this often, in milliseconds. */
const LONGEST_PATIENCE_MS = 300_000;

/** Whether an agent may only be called so many times at once. */
export function mayHaveToWait({ snapshot }: Stage, command: Command): boolean {
  return snapshot.agents[command.agent]?.concurrency !== undefined;
}

/**
 * Makes a call as soon as its agent can be called. A call that cannot be made is answered at once, so that it keeps no
 * worker; the run is woken by a signal when its turn has come. A signal only wakes: what counts is what an activity is told,
 * so a forged one moves nothing, and the turn of a call whose signal was lost comes all the same.
 */
export async function performWaitingCall(
  stage: Stage,
  command: Command,
  deliver: () => Promise<Json>,
): Promise<Json> {
  const agent = stage.snapshot.agents[command.agent];
  if (agent === undefined) throw new Error(`The snapshot pins no agent "${command.agent}".`);
  const waiting = { command, agent };
  try {
    // Another execution has found it waiting: it asks before it waits on.
    if (command.queued === true) await turnOf(stage, waiting, 'asks first');
    for (;;) {
      const answer = await deliver();
      if (!isQueued(answer)) return answer;
      stage.feed({ kind: 'call-queued', command: command.id });
      await turnOf(stage, waiting);
    }
  } catch (error) {
    if (isCancellation(error)) await leave(waiting);
    throw error;
  }
}

interface Waiting {
  readonly command: Command;
  readonly agent: PinnedAgent;
}

/**
 * Delivers a call under a lease that the run itself holds, for workers that hold none: for as long as the call may last, or
 * until it has ended. Answers at once when the call has to wait.
 */
export async function deliverUnderLease(
  stage: Stage,
  command: Command,
  deliver: () => Promise<Json>,
): Promise<Json> {
  const agent = stage.snapshot.agents[command.agent];
  if (agent === undefined) throw new Error(`The snapshot pins no agent "${command.agent}".`);
  const { idempotencyKey, step, timeoutMs } = command;
  // What it is told must be known before it can be canceled.
  const told = await CancellationScope.nonCancellable(() =>
    storeActivities(`${summaryOf(command)}, asks for its turn`).admitAgentCall({
      agent,
      idempotencyKey,
      step,
      leaseMs: timeoutMs + LEASE_MS,
    }),
  );
  if (told.kind === 'queued') return { kind: 'queued', ahead: told.ahead };
  try {
    const answer = await deliver();
    await leave({ command, agent });
    return answer;
  } catch (error) {
    // A call that is canceled gives its place up in any case.
    if (!isCancellation(error)) await leave({ command, agent });
    throw error;
  }
}

/** A reply of an agent has no kind. */
function isQueued(answer: Json): boolean {
  return isObject(answer) && answer['kind'] === 'queued' && !Object.hasOwn(answer, 'output');
}

/** Resolves when the call may be made. */
async function turnOf(
  stage: Stage,
  { command, agent }: Waiting,
  begins: 'waits first' | 'asks first' = 'waits first',
): Promise<void> {
  const { id, idempotencyKey, step } = command;
  const summary = `${summaryOf(command)}, waits its turn`;
  const activities = storeActivities(summary);
  const woken = (): boolean => stage.callDue.has(idempotencyKey);
  for (let patience = FIRST_PATIENCE_MS, waits = begins === 'waits first'; ; waits = true) {
    if (waits) {
      await condition(woken, patience, { summary });
      patience = Math.min(patience * 2, LONGEST_PATIENCE_MS);
    }
    await condition(() => !stage.isSuspended());
    stage.callDue.forget(idempotencyKey);
    // What it is told must be known before it can be canceled.
    const told = await CancellationScope.nonCancellable(() =>
      activities.admitAgentCall({ agent, idempotencyKey, step, leaseMs: LEASE_MS }),
    );
    if (told.kind === 'granted') break;
  }
  stage.feed({ kind: 'call-admitted', command: id });
}

async function leave({ command, agent }: Waiting): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    storeActivities(`${summaryOf(command)}, gives its place up`).settleAgentCall({
      agent: agent.name,
      idempotencyKey: command.idempotencyKey,
    }),
  );
}
