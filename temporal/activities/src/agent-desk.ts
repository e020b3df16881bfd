import { readFailure, type Failure, type Json } from '@baton/core';
import { ApplicationFailure } from '@temporalio/activity';
import type {
  Activities,
  AdmitAgentCallParams,
  AgentAdmission,
  InvokeAgentParams,
  LocalCall,
  SettleAgentCallParams,
} from './activities.ts';
import type { AdmissionDesk } from './admission.ts';
import type { Circuits, GuardedCall } from './circuits.ts';
import { currentRun } from './current-run.ts';
import { toApplicationFailure } from './effects.ts';
import type { KeptReplies } from './kept-replies.ts';

/** What stands between a run and its agents. */
export interface AgentDesk extends Pick<Activities, 'admitAgentCall' | 'settleAgentCall'> {
  /** Makes a call, unless its answer is kept, it has to wait, or the agent is away. */
  through(params: InvokeAgentParams, make: () => Promise<Json>): Promise<Json>;
  /** Likewise for a call inside a workflow task, which never waits. */
  locally(params: InvokeAgentParams, make: () => Promise<LocalCall<Json>>): Promise<LocalCall<Json>>;
}

/** How a call of an agent has gone. */
export type AgentCallOutcome = 'succeeded' | 'failed' | 'cached' | 'queued' | 'refused';

/** What the desk needs. */
export interface AgentDeskPorts {
  readonly admission: AdmissionDesk;
  readonly circuits: Circuits;
  readonly replies: KeptReplies;
  readonly onOutcome: (params: InvokeAgentParams, outcome: AgentCallOutcome) => void;
}

/** Creates the desk of one worker. */
export function createAgentDesk(ports: AgentDeskPorts): AgentDesk {
  return {
    async through(params, make) {
      const kept = await keptAnswer(ports, params);
      if (kept.answer !== null) return kept.answer;
      let isMade = false;
      const answer = await ports.admission.through(params, async () => {
        isMade = true;
        return guarded(ports, params, async () => {
          const reply = await make();
          return { made: reply, reply };
        });
      });
      if (isMade) await keep(ports, { key: kept.key, params, reply: answer });
      else ports.onOutcome(params, 'queued');
      return answer;
    },
    async locally(params, make) {
      const kept = await keptAnswer(ports, params);
      if (kept.answer !== null) return { tookMs: 1, result: kept.answer };
      const told = await guarded(ports, params, async () => {
        const made = await make();
        // What goes on is joined by an ordinary call, which notes how it went.
        return { made, reply: 'result' in made ? made.result : null };
      });
      if ('result' in told) await keep(ports, { key: kept.key, params, reply: told.result });
      return told;
    },
    admitAgentCall: (params) => admit(ports, params),
    async settleAgentCall(params) {
      await ports.admission.settleAgentCall(params);
      if (params.made !== undefined) await noteMade(ports, params.made);
    },
  };
}

async function admit(ports: AgentDeskPorts, params: AdmitAgentCallParams): Promise<AgentAdmission> {
  const { admission, circuits, onOutcome } = ports;
  const { elsewhere, agent, idempotencyKey } = params;
  if (elsewhere === undefined) return admission.admitAgentCall(params);
  const leave = (): Promise<void> => admission.settleAgentCall({ agent: agent.name, idempotencyKey });
  const { answer } = await keptAnswer(ports, elsewhere);
  if (answer !== null) {
    await leave();
    return { kind: 'answered', reply: answer };
  }
  const told = await admission.admitAgentCall(params);
  if (told.kind !== 'granted') {
    onOutcome(elsewhere, 'queued');
    return told;
  }
  const refusal = await circuits.refusal(guardedCall(elsewhere));
  if (refusal === null) return told;
  await leave();
  onOutcome(elsewhere, 'refused');
  throw toApplicationFailure(refusal);
}

/** Notes how a call went that was made elsewhere. */
async function noteMade(
  ports: AgentDeskPorts,
  made: NonNullable<SettleAgentCallParams['made']>,
): Promise<void> {
  const { delivery } = made;
  const call = guardedCall(delivery);
  if ('failure' in made) {
    // What was canceled says nothing of the agent.
    if (made.failure.code === 'canceled') return;
    ports.onOutcome(delivery, 'failed');
    return ports.circuits.failed(call, made.failure);
  }
  ports.onOutcome(delivery, 'succeeded');
  await ports.circuits.succeeded(call);
  await keep(ports, { key: ports.replies.keyOf(delivery), params: delivery, reply: made.reply });
}

interface Kept {
  readonly key: string | null;
  readonly answer: Json | null;
}

async function keptAnswer({ replies, onOutcome }: AgentDeskPorts, params: InvokeAgentParams): Promise<Kept> {
  const key = replies.keyOf(params);
  const answer = key === null ? null : await replies.find(currentRun().scope, key);
  if (answer !== null) onOutcome(params, 'cached');
  return { key, answer };
}

async function keep(
  { replies }: AgentDeskPorts,
  {
    key,
    params,
    reply,
  }: { readonly key: string | null; readonly params: InvokeAgentParams; readonly reply: Json },
): Promise<void> {
  if (key !== null) await replies.keep(currentRun().scope, { key, params, reply });
}

interface Made<T> {
  readonly made: T;
  /** Null: not there yet. */
  readonly reply: Json | null;
}

/** Makes a call unless the agent is known to be away, and notes how it went. */
async function guarded<T>(
  { circuits, onOutcome }: AgentDeskPorts,
  params: InvokeAgentParams,
  make: () => Promise<Made<T>>,
): Promise<T> {
  const call = guardedCall(params);
  const refusal = params.goesOn === true ? null : await circuits.refusal(call);
  if (refusal !== null) {
    onOutcome(params, 'refused');
    throw toApplicationFailure(refusal);
  }
  try {
    const { made, reply } = await make();
    if (reply !== null) {
      onOutcome(params, 'succeeded');
      await circuits.succeeded(call);
    }
    return made;
  } catch (error) {
    const failed = failureOf(error);
    if (failed !== null) {
      onOutcome(params, 'failed');
      await circuits.failed(call, failed);
    }
    throw error;
  }
}

/** Of what a call threw; null for a cancel, which says nothing of the agent. */
function failureOf(error: unknown): Failure | null {
  return error instanceof ApplicationFailure ? readFailure(error.details?.[0]) : null;
}

function guardedCall({ agent, idempotencyKey, timeoutMs }: InvokeAgentParams): GuardedCall {
  const { name, version } = agent;
  return { scope: currentRun().scope, agent: name, version, key: idempotencyKey, timeoutMs };
}
