import { setTimeout as wait } from 'node:timers/promises';
import { failure, NO_USAGE, type AgentReply, type Json } from '@baton/core';
import { EgressError } from '@baton/egress';
import { AgentFailureError, type AgentResume, type InvokeContext } from '../adapter.ts';
import type { Exchange, VendorCall } from '../wire/exchange.ts';
import { at, textAt } from '../wire/fields.ts';
import { headersOf, type N8nConfig } from './config.ts';
import { isSamePlace, placeOf, toPause, waitingOf, type Waiting, type WaitingPlace } from './pause.ts';
import { executionReply } from './reply.ts';

/** What it takes to look at an execution. */
export interface Polling {
  readonly exchange: Exchange;
  readonly config: N8nConfig;
  readonly agent: string;
  readonly context: InvokeContext;
  readonly pollMs: number;
}

/** Starts the workflow, unless an earlier attempt has, and looks at its execution until it is done or asks a person. */
export async function runExecution(polling: Polling, call: VendorCall): Promise<AgentReply> {
  const { exchange, agent, context } = polling;
  const known = textAt(context.lastHeartbeat, 'executionId');
  const id = known ?? executionIdOf((await exchange.ask(call)).body, agent);
  try {
    return await follow(polling, id);
  } catch (error) {
    // The next attempt must begin anew, and not find this execution again.
    if (hasFailed(error)) context.heartbeat(null);
    throw error;
  }
}

/**
 * Hands an answer to the execution that waits for it, and looks at it as above. Whether it still waits is n8n's to say:
 * so the answer goes in once, however often this is tried.
 */
export async function resumeExecution(polling: Polling, { state, answer }: AgentResume): Promise<AgentReply> {
  const place = placeOf(state);
  const waiting = waitingOf(await look(polling, place.executionId), polling.agent);
  if (isSamePlace(waiting, place)) await hand(polling, waiting, { id: place.executionId, answer });
  try {
    return await follow(polling, place.executionId, place);
  } catch (error) {
    // It cannot be asked the same again: what a person has answered is used up.
    if (hasFailed(error)) throw new AgentFailureError({ ...error.failure, retryable: false }, error);
    throw error;
  }
}

/** Looks at an execution until it is done, or waits for a person at another place than `answered`. */
async function follow(polling: Polling, id: string, answered?: WaitingPlace): Promise<AgentReply> {
  const { exchange, agent, context, pollMs } = polling;
  try {
    for (;;) {
      context.heartbeat({ executionId: id });
      const execution = await look(polling, id);
      const reply = executionReply(execution, agent, id) ?? pauseReply(execution, { agent, id, answered });
      if (reply !== null) return reply;
      await pause(pollMs, context.signal);
    }
  } catch (error) {
    if (context.signal.aborted) await exchange.tell(executionCall(polling, id, '/stop'));
    throw error;
  }
}

interface Asked {
  readonly agent: string;
  readonly id: string;
  readonly answered: WaitingPlace | undefined;
}

function pauseReply(execution: Json, { agent, id, answered }: Asked): AgentReply | null {
  const waiting = textAt(execution, 'status') === 'waiting' ? waitingOf(execution, agent) : undefined;
  if (waiting === undefined || (answered !== undefined && isSamePlace(waiting, answered))) return null;
  const usage = { ...NO_USAGE, calls: 1 };
  return { output: null, usage, foreignRef: id, pause: toPause(waiting, id), finish: 'pause' };
}

/**
 * Hands an answer in. Whatever is answered to that: when the execution has gone on, it has an answer, this one or that of a
 * delivery which was a moment earlier.
 */
async function hand(
  polling: Polling,
  { resumeUrl: url, ...place }: Waiting,
  { id, answer }: { readonly id: string; readonly answer: Json },
): Promise<void> {
  const { exchange, config, agent } = polling;
  const isOwn = new URL(url).origin === new URL(config.webhookUrl).origin;
  try {
    await exchange.ask({ url, json: answer, ...(isOwn ? { headers: headersOf(config) } : {}) });
  } catch (error) {
    if (polling.context.signal.aborted) throw error;
    if (isSamePlace(waitingOf(await look(polling, id), agent), place)) throw error;
  }
}

async function look(polling: Polling, id: string): Promise<Json> {
  const call = executionCall(polling, id, '?includeData=true');
  return (await polling.exchange.ask({ method: 'GET', ...call })).body;
}

function executionCall({ config }: Polling, id: string, rest: string): VendorCall {
  const { endpoint = '', apiKey = '' } = config.api ?? {};
  return {
    url: `${endpoint}/executions/${encodeURIComponent(id)}${rest}`,
    headers: { 'x-n8n-api-key': apiKey },
  };
}

function hasFailed(error: unknown): error is AgentFailureError {
  return error instanceof AgentFailureError && error.failure.code === 'workflow_failed';
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    throw new EgressError('aborted', 'The caller gave the call up.', error);
  }
}

function executionIdOf(body: Json, agent: string): string {
  const given = at(body, 'executionId');
  if (typeof given === 'string' && given !== '') return given;
  if (typeof given === 'number') return String(given);
  const detail = `Agent "${agent}" answered without an executionId; set its response data to { "executionId": "{{ $execution.id }}" }.`;
  throw new AgentFailureError(failure('configuration', detail, { code: 'no_execution_id' }));
}
