import { randomUUID } from 'node:crypto';
import type { AgentConcurrency, Json } from '@baton/core';
import type { Admission, AgentCallRepository } from '@baton/store';
import type { Activities, AdmitAgentCallParams, InvokeAgentParams } from './activities.ts';
import { currentRun } from './current-run.ts';

/** What admission needs. */
export interface AdmissionPorts {
  readonly agentCalls: AgentCallRepository;
}

/** Lets calls of agents that may only be called so many times at once through, or has them wait. */
export interface AdmissionDesk extends Pick<Activities, 'admitAgentCall' | 'settleAgentCall'> {
  /** Makes a call when it may be made, under a lease that lasts as long as this worker; else answers at once that it waits. */
  through(params: InvokeAgentParams, make: () => Promise<Json>): Promise<Json>;
}

/** How long a lease outlives its worker, in milliseconds: a little longer than Temporal takes to notice. */
const LEASE_MS = 45_000;

/** How often the lease of a call under way is put off, in milliseconds. */
const RENEW_EVERY_MS = 15_000;

/** How long a call that waits counts without asking again, in milliseconds: its run asks every five minutes at least. */
const PATIENCE_MS = 360_000;

type Asked = Pick<AdmitAgentCallParams, 'agent' | 'idempotencyKey' | 'step' | 'leaseMs'> & {
  readonly holder: string;
  readonly limits: AgentConcurrency;
};

/** Creates the desk of one worker. */
export function createAdmissionDesk({ agentCalls }: AdmissionPorts): AdmissionDesk {
  const ask = ({ agent, idempotencyKey, step, ...more }: Asked): Promise<Admission> => {
    const { scope, runId, workflowId } = currentRun();
    const { name, version } = agent;
    const call = { key: idempotencyKey, agent: name, version, runId, stepId: step.id, workflowId };
    return agentCalls.admit(scope, { ...call, ...more, patienceMs: PATIENCE_MS });
  };
  return {
    async through(params, make) {
      const { agent, idempotencyKey, step } = params;
      if (agent.concurrency === undefined) return make();
      const { scope } = currentRun();
      const holder = randomUUID();
      const told = await ask({
        agent,
        idempotencyKey,
        step,
        holder,
        limits: agent.concurrency,
        leaseMs: LEASE_MS,
      });
      if (told.outcome === 'queued') return { kind: 'queued', ahead: told.ahead };
      const lease = { key: idempotencyKey, agent: agent.name, holder, leaseMs: LEASE_MS };
      const renewing = setInterval(() => {
        // A database that is away for as long as the lease lasts gives it to others: then they are told, not this call.
        agentCalls.renew(scope, lease).catch(() => undefined);
      }, RENEW_EVERY_MS);
      try {
        return await make();
      } finally {
        clearInterval(renewing);
        // What could not be released runs out by itself.
        await agentCalls.release(scope, lease).catch(() => undefined);
      }
    },
    async admitAgentCall({ agent, idempotencyKey, step, leaseMs }) {
      if (agent.concurrency === undefined) return { kind: 'granted' };
      const holder = holderOf(idempotencyKey);
      const told = await ask({ agent, idempotencyKey, step, holder, limits: agent.concurrency, leaseMs });
      return told.outcome === 'granted' ? { kind: 'granted' } : { kind: 'queued', ahead: told.ahead };
    },
    async settleAgentCall({ agent, idempotencyKey: key }) {
      await agentCalls.release(currentRun().scope, { key, agent, holder: holderOf(key), orWaiting: true });
    },
  };
}

/** The run itself, until a worker has taken the call over. */
function holderOf(idempotencyKey: string): string {
  return `run ${idempotencyKey}`;
}
