import { failure, isArray, isObject, own, type Json, type JsonObject } from '@baton/core';
import { AgentFailureError, type AgentRequest } from '../adapter.ts';
import type { VendorCall } from '../wire/exchange.ts';
import type { DifyConfig } from './config.ts';
import type { Submission } from './pause.ts';

/** Where the app of each kind is started, and how it is told to stop. */
const PATHS: Readonly<Record<DifyConfig['app'], { readonly start: string; readonly tasks: string }>> = {
  chat: { start: '/chat-messages', tasks: '/chat-messages' },
  completion: { start: '/completion-messages', tasks: '/completion-messages' },
  workflow: { start: '/workflows/run', tasks: '/workflows/tasks' },
};

const KEYS: ReadonlySet<string> = new Set(['query', 'inputs', 'files']);

/** The call that starts the app; it always streams. Throws {@link AgentFailureError} `validation`. */
export function startCall(request: AgentRequest<DifyConfig>, user: string): VendorCall {
  const { endpoint, app } = request.config;
  const { query, inputs, files } = readInput(request);
  return {
    url: endpoint + PATHS[app].start,
    json: {
      inputs,
      user,
      response_mode: 'streaming',
      ...(query === undefined ? {} : { query }),
      ...(files === undefined ? {} : { files }),
      ...(app === 'chat' && request.session !== undefined ? { conversation_id: request.session } : {}),
    },
  };
}

/** The call that stops a task; Dify heeds it only from the user who started it. */
export function stopCall({ endpoint, app }: DifyConfig, taskId: string, user: string): VendorCall {
  return { url: `${endpoint}${PATHS[app].tasks}/${encodeURIComponent(taskId)}/stop`, json: { user } };
}

/** The call that looks a workflow's run up. */
export function lookUpCall({ endpoint }: DifyConfig, runId: string): VendorCall {
  return { method: 'GET', url: `${endpoint}/workflows/run/${encodeURIComponent(runId)}` };
}

/** The call that joins the stream of a workflow's run: first what has happened, then what happens. */
export function joinCall({ endpoint }: DifyConfig, runId: string, user: string): VendorCall {
  const query = new URLSearchParams({ user, include_state_snapshot: 'true', continue_on_pause: 'true' });
  return {
    method: 'GET',
    url: `${endpoint}/workflow/${encodeURIComponent(runId)}/events?${query.toString()}`,
  };
}

/** The call that hands a form in. */
export function submitCall({ endpoint }: DifyConfig, submission: Submission, user: string): VendorCall {
  const { token, inputs, action } = submission;
  return { url: `${endpoint}/form/human_input/${encodeURIComponent(token)}`, json: { inputs, action, user } };
}

interface Input {
  readonly query?: string;
  readonly inputs: JsonObject;
  readonly files?: readonly Json[];
}

function readInput({ input, config }: AgentRequest<DifyConfig>): Input {
  const wanted = config.app === 'workflow' ? '{inputs}' : '{query, inputs}';
  if (!isObject(input)) throw wrong('The input', `an object ${wanted}`);
  const unknown = Object.keys(input).find((key) => !KEYS.has(key));
  if (unknown !== undefined)
    throw wrong(`"${unknown}" of the input`, `left out; the app's own variables go into inputs`);
  const inputs = own(input, 'inputs') ?? {};
  if (!isObject(inputs)) throw wrong('"inputs" of the input', "an object with the app's variables");
  const files = own(input, 'files');
  if (files !== undefined && !isArray(files)) throw wrong('"files" of the input', 'a list of files');
  const query = readQuery(own(input, 'query'), config.app);
  return {
    inputs,
    ...(query === undefined ? {} : { query }),
    ...(files === undefined ? {} : { files }),
  };
}

function readQuery(query: Json | undefined, app: DifyConfig['app']): string | undefined {
  if (app === 'workflow' && query !== undefined)
    throw wrong('"query" of the input', 'left out: a workflow app takes inputs only');
  if (app === 'chat' && query === undefined) throw wrong('"query" of the input', 'the text of the question');
  if (query !== undefined && typeof query !== 'string') throw wrong('"query" of the input', 'a string');
  return query;
}

function wrong(what: string, wanted: string): AgentFailureError {
  return new AgentFailureError(
    failure('validation', `${what} must be ${wanted}.`, { code: 'invalid_input' }),
  );
}
