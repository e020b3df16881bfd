import { failure, type Json } from '@baton/core';
import type { EgressRequest } from '@baton/egress';
import { AgentFailureError, type AgentRequest, type InvokeContext } from '../adapter.ts';
import type { CompiledTemplate } from '../template.ts';
import { textAt } from '../wire/fields.ts';
import type { HttpConfig } from './config.ts';

/** The call for one question. Throws {@link AgentFailureError} (`expression`) when an expression of the config fails. */
export function toHttpRequest(
  request: AgentRequest<HttpConfig>,
  context: InvokeContext,
  callbackUrl: string | null,
): EgressRequest {
  const { config } = request;
  const variables = { session: request.session ?? null, secrets: context.secrets, callbackUrl };
  const fill: Fill = (template) => template(request.input, variables);
  const later = callbackUrl === null ? {} : { 'baton-callback-url': callbackUrl };
  const headers = { ...headersOf(config, context, fill), ...later };
  const body =
    config.method === 'GET' ? {} : { body: bodyOf(request, textAt(headers, 'content-type') ?? '', fill) };
  return { method: config.method, url: urlOf(config, fill), headers, ...body };
}

/** Evaluates a template of the config over what the request is made of. */
type Fill = (template: CompiledTemplate) => Json;

function headersOf(config: HttpConfig, context: InvokeContext, fill: Fill): Record<string, string> {
  const written = config.headers.flatMap(([name, template]) => {
    const value = fill(template);
    return value === null ? [] : [[name, scalarText(value, `/headers/${name}`)] as const];
  });
  return {
    accept: acceptOf(config),
    ...(config.method === 'GET' ? {} : { 'content-type': 'application/json' }),
    ...Object.fromEntries(written),
    ...(config.authorization === null ? {} : { authorization: config.authorization.header }),
    'idempotency-key': context.idempotencyKey,
    'baton-run-id': context.runId,
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
  };
}

/** What is asked for unless the config says otherwise. */
function acceptOf({ stream }: HttpConfig): string {
  if (stream === null) return 'application/json';
  return stream.format === 'sse' ? 'text/event-stream' : 'application/x-ndjson, application/json';
}

function urlOf(config: HttpConfig, fill: Fill): string {
  const url = new URL(config.endpoint);
  for (const [name, template] of config.query) {
    const value = fill(template);
    const values: readonly Json[] = Array.isArray(value) ? value : [value];
    for (const item of values) {
      if (item !== null) url.searchParams.append(name, scalarText(item, `/query/${name}`));
    }
  }
  return url.href;
}

/** JSON, unless the config names another media type and gives a string: that is sent as it is. */
function bodyOf({ config, input }: AgentRequest<HttpConfig>, contentType: string, fill: Fill): string {
  const value = config.body === null ? input : fill(config.body);
  return typeof value === 'string' && !/json/i.test(contentType) ? value : JSON.stringify(value);
}

function scalarText(value: Json, pointer: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const detail = `The expression at ${pointer} of the agent's config gave an object or a list; a string is needed.`;
  throw new AgentFailureError(failure('expression', detail, { code: 'expression_result' }));
}
