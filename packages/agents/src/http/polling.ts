import { setTimeout as pause } from 'node:timers/promises';
import { failure, type Json } from '@baton/core';
import { EgressError, type EgressResponse } from '@baton/egress';
import { AgentFailureError, type AgentRequest, type InvokeContext } from '../adapter.ts';
import { answerToFailure } from '../answer-failure.ts';
import { toAgentFailure } from '../failure.ts';
import { textAt } from '../wire/fields.ts';
import type { HttpConfig } from './config.ts';
import type { PollingConfig } from './polling-config.ts';
import { decodeBody } from './reply.ts';

/** What a look needs beside the question. */
export interface Polling {
  readonly request: AgentRequest<HttpConfig>;
  readonly context: InvokeContext;
  readonly polling: PollingConfig;
  readonly label: string;
  readonly redact: (text: string) => string;
  readonly now: () => number;
}

/**
 * Begins the work, unless an earlier attempt of this delivery has before its worker was lost, and looks until it is done; gives
 * the last answer. Throws {@link AgentFailureError} when the work has failed.
 */
export async function untilDone(
  look: Polling,
  begin: () => Promise<EgressResponse>,
): Promise<EgressResponse> {
  const known = textAt(look.context.lastHeartbeat, 'statusUrl');
  if (known !== undefined) return looked(look, known);
  const first = await begin();
  const statusUrl = statusUrlOf(look, first);
  return statusUrl === null ? first : looked(look, statusUrl);
}

/** Where the first answer says to look; null when it is the last one. */
function statusUrlOf({ polling, request }: Polling, first: EgressResponse): string | null {
  const given = polling.statusUrl(decodeBody(first), variablesOf(first));
  if (given === null) return null;
  const url = typeof given === 'string' ? URL.parse(given, request.config.endpoint) : null;
  if (url !== null) return url.href;
  const detail = "The expression at /async/statusUrl of the agent's config gave something other than a URL.";
  throw new AgentFailureError(failure('expression', detail, { code: 'expression_result' }));
}

/** What fails while looking is looked at again, for the work goes on; only a refusal that lasts ends it. */
async function looked(look: Polling, statusUrl: string): Promise<EgressResponse> {
  const { context, polling } = look;
  context.heartbeat({ statusUrl });
  for (let waitMs = polling.everyMs; ;) {
    await rest(look, waitMs);
    const answer = await lookAt(look, statusUrl);
    waitMs = Math.max(polling.everyMs, answer.retryAfterMs ?? 0);
    if (answer.status === undefined) continue;
    if (holds(polling.failedWhen, answer.status)) throw failed(look, answer.status);
    if (holds(polling.doneWhen, answer.status)) return answer.status;
  }
}

/** Waits, not beyond the deadline. */
async function rest({ context, now }: Polling, waitMs: number): Promise<void> {
  const ms = Math.max(0, Math.min(waitMs, context.deadlineAt - now()));
  await pause(ms, undefined, { signal: context.signal }).catch(() => {
    throw new EgressError('aborted', 'The call was aborted by its caller.');
  });
}

interface Looked {
  /** Absent when there was no usable answer. */
  readonly status?: EgressResponse;
  readonly retryAfterMs?: number | undefined;
}

async function lookAt({ context, request, label, redact, now }: Polling, url: string): Promise<Looked> {
  const timeoutMs = context.deadlineAt - now();
  if (timeoutMs <= 0) throw new EgressError('timeout', 'The work was not done before the deadline.');
  const { authorization, endpoint } = request.config;
  // Credentials are for the agent: a status elsewhere gets none.
  const isSameOrigin = new URL(url).origin === new URL(endpoint).origin;
  const headers = {
    accept: 'application/json',
    ...(authorization === null || !isSameOrigin ? {} : { authorization: authorization.header }),
    'baton-run-id': context.runId,
  };
  try {
    const answer = await context.egress.request({
      method: 'GET',
      url,
      headers,
      timeoutMs,
      signal: context.signal,
    });
    if (answer.status >= 200 && answer.status < 300) {
      const { retryAfterMs } = answerToFailure({ ...answer, status: 503 }, { label, now: now() });
      return { status: answer, retryAfterMs };
    }
    throw new AgentFailureError(answerToFailure(answer, { label, redact, now: now() }));
  } catch (error) {
    const known = toAgentFailure(error, label);
    if (context.signal.aborted || !known.retryable || known.type.endsWith('/timeout')) throw error;
    return { retryAfterMs: known.retryAfterMs };
  }
}

function holds(template: PollingConfig['failedWhen'], status: EgressResponse): boolean {
  return template !== null && template(decodeBody(status), variablesOf(status)) === true;
}

/** The work may be tried again, and then it is another one. */
function failed({ context, label, redact }: Polling, status: EgressResponse): AgentFailureError {
  context.heartbeat(null);
  const words = redact(new TextDecoder().decode(status.body)).slice(0, 500);
  return new AgentFailureError(
    failure('runtime', `${label} says that it has failed: ${words}`, {
      code: 'agent_failed',
      retryable: true,
    }),
  );
}

function variablesOf({ status, headers }: EgressResponse): { readonly status: Json; readonly headers: Json } {
  return { status, headers };
}
