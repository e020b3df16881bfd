import { isObject, type Json, type OpenCommand } from '@baton/core';
import type {
  AdmitAgentCallParams,
  AgentAdmission,
  InvokeAgentParams,
  SettleAgentCallParams,
} from '@baton/temporal-activities';
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { toFailure } from './failures.ts';
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

/** Beyond the time-out of a call that is made elsewhere: it may be delivered again when its worker is lost. */
const LEASE_MARGIN_MS = 120_000;

/** A call, and how it is made. */
export interface Making {
  readonly delivery: InvokeAgentParams;
  make(): Promise<Json>;
}

/**
 * Makes a call as soon as its agent can be called. A call that cannot be made is answered at once, so that it keeps no
 * worker; the run is woken by a signal when its turn has come. A signal only wakes: what counts is what an activity is told,
 * so a forged one moves nothing, and the turn of a call whose signal was lost comes all the same.
 */
export async function performWaitingCall(
  stage: Stage,
  command: Command,
  { delivery, make }: Making,
): Promise<Json> {
  const waiting = { command, params: { ...asked(delivery), leaseMs: LEASE_MS } };
  try {
    // Another execution has found it waiting: it asks before it waits on.
    if (command.queued === true) await turnOf(stage, waiting, 'asks first');
    for (;;) {
      const answer = await make();
      if (!isQueued(answer)) return answer;
      stage.feed({ kind: 'call-queued', command: command.id });
      await turnOf(stage, waiting);
    }
  } catch (error) {
    if (isCancellation(error)) await settle(command, delivery);
    throw error;
  }
}

/**
 * The same for a call that another kind of worker makes: whether it may be made is asked before, and how it went is told
 * after it.
 */
export async function performCallElsewhere(
  stage: Stage,
  command: Command,
  { delivery, make }: Making,
): Promise<Json> {
  const leaseMs = delivery.timeoutMs + LEASE_MARGIN_MS;
  const waiting = { command, params: { ...asked(delivery), leaseMs, elsewhere: delivery } };
  let isMade = false;
  try {
    const first = command.queued === true ? null : await ask(waiting);
    if (first?.kind === 'queued') stage.feed({ kind: 'call-queued', command: command.id });
    const waits = first === null ? 'asks first' : 'waits first';
    const told = first === null || first.kind === 'queued' ? await turnOf(stage, waiting, waits) : first;
    if (told.kind === 'answered') return told.reply;
    isMade = true;
    const reply = await make();
    await settle(command, delivery, { delivery, reply });
    return reply;
  } catch (error) {
    await settle(command, delivery, isMade ? { delivery, failure: toFailure(error) } : undefined);
    throw error;
  }
}

interface Waiting {
  readonly command: Command;
  readonly params: AdmitAgentCallParams;
}

function asked({ agent, idempotencyKey, step }: InvokeAgentParams): Omit<AdmitAgentCallParams, 'leaseMs'> {
  return { agent, idempotencyKey, step };
}

/** A reply of an agent has no kind. */
function isQueued(answer: Json): boolean {
  return isObject(answer) && answer['kind'] === 'queued' && !Object.hasOwn(answer, 'output');
}

type Turn = Exclude<AgentAdmission, { kind: 'queued' }>;

/** Resolves when the call may be made, or needs not be. */
async function turnOf(
  stage: Stage,
  waiting: Waiting,
  begins: 'waits first' | 'asks first' = 'waits first',
): Promise<Turn> {
  const { id, idempotencyKey } = waiting.command;
  const woken = (): boolean => stage.callDue.has(idempotencyKey);
  for (let patience = FIRST_PATIENCE_MS, waits = begins === 'waits first'; ; waits = true) {
    if (waits) {
      await condition(woken, patience, { summary: summaryIn(waiting.command) });
      patience = Math.min(patience * 2, LONGEST_PATIENCE_MS);
    }
    await condition(() => !stage.isSuspended());
    stage.callDue.forget(idempotencyKey);
    const told = await ask(waiting);
    if (told.kind === 'queued') continue;
    stage.feed({ kind: 'call-admitted', command: id });
    return told;
  }
}

/** What is told must be known before the call can be canceled. */
function ask({ command, params }: Waiting): Promise<AgentAdmission> {
  return CancellationScope.nonCancellable(() => storeActivities(summaryIn(command)).admitAgentCall(params));
}

function summaryIn(command: Command): string {
  return `${summaryOf(command)}, waits its turn`;
}

async function settle(
  command: Command,
  { agent, idempotencyKey }: InvokeAgentParams,
  made?: SettleAgentCallParams['made'],
): Promise<void> {
  const params = { agent: agent.name, idempotencyKey, ...(made === undefined ? {} : { made }) };
  await CancellationScope.nonCancellable(() =>
    storeActivities(`${summaryOf(command)}, gives its place up`).settleAgentCall(params),
  );
}
