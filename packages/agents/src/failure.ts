import { errorType, failure, type ErrorKind, type Failure } from '@baton/core';
import { EgressError, type EgressErrorCode } from '@baton/egress';
import { AgentFailureError } from './adapter.ts';

/** Code of the failure of a call that is not made because the agent's circuit is open. */
export const CIRCUIT_OPEN = 'circuit_open';

/** The failure of anything thrown by a call: egress errors by their code, unknown errors stay retryable. */
export function toAgentFailure(error: unknown, label: string): Failure {
  if (error instanceof AgentFailureError) return error.failure;
  if (error instanceof EgressError) {
    const { kind, ...facts } = EGRESS[error.code];
    return failure(kind, `${label}: ${error.message}`, { ...facts, code: error.code });
  }
  const detail = `${label} failed: ${error instanceof Error ? error.message : String(error)}`;
  return failure('runtime', detail, { retryable: true, code: 'unknown' });
}

/**
 * Whether a failure says that the agent is away or broken, so that other calls would fail, too: no connection, a time-out, 5xx,
 * an answer that cannot be read. Refusals do not, nor what never reached the agent.
 */
export function tellsOfOutage({ type, status, retryable, code = '' }: Failure): boolean {
  if (!retryable || NOT_OF_THE_AGENT.has(code)) return false;
  return type === errorType('timeout') || (type === errorType('communication') && status >= 500);
}

/** Whether a failure is an answer of an agent that is there, such as a refusal. */
export function tellsOfLife({ code = '' }: Failure): boolean {
  return /^http_[34]/.test(code);
}

const NOT_OF_THE_AGENT: ReadonlySet<string> = new Set(['secrets_away', CIRCUIT_OPEN]);

type EgressFacts = { readonly kind: ErrorKind; readonly retryable: boolean; readonly status?: number };

const EGRESS: Readonly<Record<EgressErrorCode, EgressFacts>> = {
  bad_policy: { kind: 'configuration', retryable: false },
  bad_url: { kind: 'configuration', retryable: false },
  bad_request: { kind: 'configuration', retryable: false },
  blocked_scheme: { kind: 'authorization', retryable: false },
  blocked_port: { kind: 'authorization', retryable: false },
  blocked_address: { kind: 'authorization', retryable: false },
  redirect_blocked: { kind: 'authorization', retryable: false },
  connect_failed: { kind: 'communication', status: 503, retryable: true },
  connection_lost: { kind: 'communication', status: 502, retryable: true },
  timeout: { kind: 'timeout', retryable: true },
  aborted: { kind: 'runtime', retryable: true },
  closed: { kind: 'runtime', retryable: true },
  // The same question gives the same size again, and each try costs what the agent costs.
  too_large: { kind: 'communication', status: 502, retryable: false },
  too_deep: { kind: 'communication', status: 502, retryable: false },
  unsupported_encoding: { kind: 'communication', status: 502, retryable: false },
  malformed_json: { kind: 'communication', status: 502, retryable: true },
  bad_response: { kind: 'communication', status: 502, retryable: true },
};
