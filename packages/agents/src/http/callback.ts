import { excerpt, failure, NO_USAGE, own, type AgentReply, type JsonObject } from '@baton/core';
import type { EgressResponse } from '@baton/egress';
import { AgentFailureError, type InvokeContext } from '../adapter.ts';
import type { CallbackConfig } from './callback-config.ts';
import type { HttpConfig } from './config.ts';
import { decodeBody, toReply } from './reply.ts';

/** Where the agent is to answer. Throws {@link AgentFailureError} where nobody could reach us. */
export async function callbackUrl({ openCallback }: InvokeContext): Promise<string> {
  const url = (await openCallback?.()) ?? null;
  if (url !== null) return url;
  const detail =
    'The agent is to answer later, and this worker cannot say where: set BATON_PUBLIC_URL to the URL at which agents reach the API.';
  throw new AgentFailureError(failure('configuration', detail, { code: 'no_public_url' }));
}

/** What stands for an answer that comes later. */
export const LATER: AgentReply = {
  output: null,
  usage: { ...NO_USAGE, calls: 1 },
  finish: 'pause',
  pause: { kind: 'callback', title: 'The agent answers later', resume: null },
};

/** What reading needs. */
export interface CallbackReading {
  readonly agent: string;
  readonly config: HttpConfig;
  readonly callback: CallbackConfig;
  readonly redact: (text: string) => string;
}

/** Reads the reply from what the agent has sent. Throws {@link AgentFailureError} when that says that it has failed. */
export function readCallback(
  { agent, config, callback, redact }: CallbackReading,
  answer: JsonObject,
): AgentReply {
  const [mediaType, body] = [own(answer, 'mediaType'), own(answer, 'body')];
  const sent = typeof body === 'string' ? body : '';
  const response: EgressResponse = {
    status: 200,
    url: '',
    headers: { 'content-type': typeof mediaType === 'string' ? mediaType : '' },
    body: new TextEncoder().encode(sent),
  };
  const { status, headers } = response;
  if (callback.failedWhen?.(decodeBody(response), { status, headers }) === true) {
    const detail = `Agent "${agent}" says that it has failed: ${excerpt(redact(sent), 500)}`;
    throw new AgentFailureError(failure('runtime', detail, { code: 'agent_failed', retryable: true }));
  }
  return toReply(response, { ...config.response, output: callback.output ?? config.response.output });
}
