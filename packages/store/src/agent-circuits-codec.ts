import type { AgentCircuit } from './agent-circuits.ts';
import { instant, instantOrNull, number, type Row } from './row-codec.ts';

/** A row of `agent_circuits` as it is at the instant `now`. */
export function toAgentCircuit(row: Row): AgentCircuit {
  const [since, retryAt] = [instantOrNull(row, 'opened_at'), instantOrNull(row, 'retry_at')];
  const failures = number(row, 'failures');
  const left = retryAt === null ? 0 : Date.parse(retryAt) - Date.parse(instant(row, 'now'));
  const state = since === null ? 'closed' : left > 0 ? 'open' : 'half-open';
  return { state, failures, since, retryAt, retryAfterMs: Math.max(0, left) };
}
