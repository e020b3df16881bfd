import type { Json, JsonObject } from '@baton/core';
import type { AgentRequest } from '../adapter.ts';
import type { VendorCall } from '../wire/exchange.ts';
import type { LanggraphConfig } from './config.ts';
import { toResumeValue } from './pause.ts';

/** The ids of a run. */
export interface RunIds {
  readonly threadId: string;
  readonly runId: string;
}

/** The call that creates a thread. */
export function threadCall({ endpoint }: LanggraphConfig): VendorCall {
  return { url: `${endpoint}/threads`, json: {} };
}

/** The call that starts a run: a stream, or a run in the background that is joined. Throws `validation` for a wrong answer. */
export function runCall(request: AgentRequest<LanggraphConfig>, threadId: string): VendorCall {
  const { config } = request;
  const more: JsonObject = config.stream
    ? { stream_mode: ['messages-tuple', 'values'], on_disconnect: 'continue' }
    : {};
  return {
    url: `${config.endpoint}/threads/${encodeURIComponent(threadId)}/runs${config.stream ? '/stream' : ''}`,
    json: {
      assistant_id: config.assistant,
      // A session may be new to the server; what is to go on must be there.
      if_not_exists: request.resume === undefined ? 'create' : 'reject',
      ...questionOf(request),
      ...(config.config === undefined ? {} : { config: config.config }),
      ...more,
    },
  };
}

function questionOf({ input, resume }: AgentRequest<LanggraphConfig>): JsonObject {
  if (resume === undefined) return { input };
  const value: Json = toResumeValue(resume);
  return { command: { resume: value } };
}

/** The call that waits for a run's result. */
export function joinCall(config: LanggraphConfig, ids: RunIds): VendorCall {
  return { method: 'GET', url: `${runUrl(config, ids)}/join` };
}

/** The call that cancels a run; what it has done stays. */
export function cancelCall(config: LanggraphConfig, ids: RunIds): VendorCall {
  return { url: `${runUrl(config, ids)}/cancel?action=interrupt` };
}

function runUrl({ endpoint }: LanggraphConfig, { threadId, runId }: RunIds): string {
  return `${endpoint}/threads/${encodeURIComponent(threadId)}/runs/${encodeURIComponent(runId)}`;
}
