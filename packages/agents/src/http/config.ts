import { isObject, own, type Json, type JsonObject } from '@baton/core';
import { z } from 'zod';
import type { ConfigProblem, ParsedConfig } from '../adapter.ts';
import { childPointer, compileTemplate, type CompiledTemplate, type TemplatePlace } from '../template.ts';
import { callbackSchema, compileCallback, type CallbackConfig } from './callback-config.ts';
import { compilePolling, expression, pollingSchema, type PollingConfig } from './polling-config.ts';
import { toConfigProblems, unusableValues } from '../config-problems.ts';
import { compileStream, streamSchema, type StreamConfig } from './stream-config.ts';

/** The config of an HTTP agent, checked, with its expressions compiled. */
export interface HttpConfig {
  readonly endpoint: string;
  readonly method: string;
  /** By lower-case name. Expressions see the agent's input, `$session` and `$secrets`. */
  readonly headers: readonly (readonly [string, CompiledTemplate])[];
  readonly query: readonly (readonly [string, CompiledTemplate])[];
  /** The Authorization header, and what of it must never be shown. */
  readonly authorization: { readonly header: string; readonly secrets: readonly string[] } | null;
  /** Null: the agent's input as it is, or nothing with GET. */
  readonly body: CompiledTemplate | null;
  readonly response: HttpResponseConfig;
  /** Null: the first answer is the last one. */
  readonly polling: PollingConfig | null;
  /** Null: the answer does not come later. */
  readonly callback: CallbackConfig | null;
  /** Null: the answer comes as a whole. */
  readonly stream: StreamConfig | null;
}

/**
 * How the reply is read from the answer. Expressions see the decoded body, `$status` and `$headers`; of a stream, its last event
 * and `$text`, all chunks together.
 */
export interface HttpResponseConfig {
  readonly output: CompiledTemplate;
  readonly inputTokens: CompiledTemplate;
  readonly outputTokens: CompiledTemplate;
  readonly costUsd: CompiledTemplate;
  readonly sessionId: CompiledTemplate;
}

/** Written by the adapter or by the HTTP client itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  (
    'baton-callback-url baton-run-id idempotency-key traceparent ' +
    'connection content-length expect host keep-alive proxy-authorization te trailer transfer-encoding upgrade'
  ).split(' '),
);

const literal = (what: string): z.ZodString =>
  z
    .string()
    .min(1, `Give the ${what}.`)
    .regex(
      /^(?:(?!\$\{)[^\r\n])*$/,
      `The ${what} is sent as it is written: expressions are not evaluated here.`,
    );

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'This is not a header name.')
  .refine((name) => !OWN_HEADERS.has(name.toLowerCase()), 'This header is written by Baton; leave it out.');

const scalar = z.union([z.string(), z.number(), z.boolean()], 'Give a string, a number or a boolean.');

const authentication = z
  .strictObject({
    basic: z
      .strictObject({
        username: literal('username').regex(/^[^:]*$/, 'A user name must not hold ":".'),
        password: literal('password'),
      })
      .optional(),
    bearer: z.strictObject({ token: literal('token') }).optional(),
  })
  .refine(
    ({ basic, bearer }) => (basic === undefined) !== (bearer === undefined),
    'Give exactly one of basic and bearer.',
  );

const configSchema = z.strictObject({
  endpoint: z.string('Give the URL of the agent.').superRefine((url, context) => {
    const message = endpointProblem(url);
    if (message !== null) context.addIssue({ code: 'custom', message });
  }),
  method: z
    .string()
    .toUpperCase()
    .pipe(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'Use GET, POST, PUT, PATCH or DELETE.'))
    .default('POST'),
  headers: z.record(headerName, scalar).optional(),
  query: z
    .record(z.string(), z.union([scalar, z.array(scalar)], 'Give a scalar or a list of scalars.'))
    .optional(),
  authentication: authentication.optional(),
  body: z.json().optional(),
  response: z
    .strictObject({
      output: z.json().optional(),
      usage: z
        .strictObject({
          inputTokens: expression.optional(),
          outputTokens: expression.optional(),
          costUsd: expression.optional(),
        })
        .optional(),
      sessionId: expression.optional(),
    })
    .optional(),
  async: pollingSchema.optional(),
  stream: streamSchema.optional(),
  callback: callbackSchema.optional(),
});

type Checked = z.infer<typeof configSchema>;

/** Checks the config of an HTTP agent and compiles its expressions; every problem is reported at once. */
export function parseHttpConfig(config: Json): ParsedConfig<HttpConfig> {
  const unusable = unusableValues(config);
  if (unusable.tooDeep) return { ok: false, problems: unusable.problems };
  const named = new Set(unusable.problems.map(({ pointer }) => pointer));
  const problems = [...unusable.problems];
  const report = (problem: ConfigProblem): void => {
    if (!named.has(problem.pointer)) problems.push(problem);
  };
  const checked = configSchema.safeParse(config);
  if (!checked.success) toConfigProblems(checked.error).forEach(report);
  const compiled = compileAll(isObject(config) ? config : {}, report);
  if (checked.success) contradictions(checked.data).forEach(report);
  if (!checked.success || problems.length > 0) return { ok: false, problems };
  const { endpoint, method } = checked.data;
  return {
    ok: true,
    config: { endpoint, method, authorization: authorizationOf(checked.data), ...compiled },
  };
}

function endpointProblem(text: string): string | null {
  const url = URL.parse(text);
  if (url === null) return 'This is not an absolute URL.';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'Use an http or https URL.';
  if (url.username !== '' || url.password !== '')
    return 'Put credentials under authentication, not into the URL.';
  if (/[{}]/.test(text))
    return 'The endpoint is a plain URL: put what depends on the input into query or body.';
  return url.hash === '' ? null : 'Leave out the fragment: it is never sent.';
}

/** Ways for an answer that does not come at once. */
const WAYS = ['async', 'stream', 'callback'] as const;

/** What no single field can see. */
function contradictions({ method, body, headers, authentication: auth, ...ways }: Checked): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const others = WAYS.filter((way) => ways[way] !== undefined).slice(1);
  for (const way of others) {
    const message =
      'The answer comes as a stream, is looked up (async) or sent later (callback); give one of them.';
    problems.push({ pointer: `/${way}`, message });
  }
  if (method === 'GET' && body !== undefined) {
    problems.push({ pointer: '/body', message: 'A GET carries no body; use query, or another method.' });
  }
  const named = Object.keys(headers ?? {});
  for (const name of named) {
    const pointer = childPointer('/headers', name);
    if (auth !== undefined && name.toLowerCase() === 'authorization') {
      problems.push({ pointer, message: 'authentication writes this header already; give one of the two.' });
    }
    if (named.some((other) => other !== name && other.toLowerCase() === name.toLowerCase())) {
      problems.push({ pointer, message: 'The same header is given twice.' });
    }
  }
  return problems;
}

function authorizationOf({ authentication: auth }: Checked): HttpConfig['authorization'] {
  if (auth?.bearer !== undefined) {
    return { header: `Bearer ${auth.bearer.token}`, secrets: [auth.bearer.token] };
  }
  if (auth?.basic === undefined) return null;
  const { username, password } = auth.basic;
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  return { header: `Basic ${encoded}`, secrets: [encoded, password] };
}

type Compiled = Pick<
  HttpConfig,
  'headers' | 'query' | 'body' | 'response' | 'polling' | 'stream' | 'callback'
>;

/** Compiles what can be compiled, also of a config with problems elsewhere, so that all of them are found at once. */
function compileAll(config: JsonObject, report: TemplatePlace['report']): Compiled {
  const request = { variables: ['session', 'secrets', 'callbackUrl'], report };
  const body = own(config, 'body');
  return {
    headers: compileMembers(config, 'headers', request).map(
      ([name, value]) => [name.toLowerCase(), value] as const,
    ),
    query: compileMembers(config, 'query', request),
    body: body === undefined ? null : compileTemplate(body, { ...request, pointer: '/body' }),
    response: compileResponse(own(config, 'response') ?? null, report),
    polling: compilePolling(own(config, 'async'), report),
    stream: compileStream(own(config, 'stream'), report),
    callback: compileCallback(own(config, 'callback'), report),
  };
}

function compileMembers(
  config: JsonObject,
  key: string,
  place: Omit<TemplatePlace, 'pointer'>,
): (readonly [string, CompiledTemplate])[] {
  const members = own(config, key);
  if (members === undefined || !isObject(members)) return [];
  return Object.entries(members).map(
    ([name, value]) =>
      [name, compileTemplate(value, { ...place, pointer: childPointer(`/${key}`, name) })] as const,
  );
}

function compileResponse(response: Json, report: TemplatePlace['report']): HttpResponseConfig {
  const place = { variables: ['status', 'headers', 'text'], report };
  const fields = isObject(response) ? response : {};
  const usage = own(fields, 'usage') ?? null;
  const usageFields = isObject(usage) ? usage : {};
  const field = (of: JsonObject, key: string, parent: string): CompiledTemplate =>
    compileTemplate(own(of, key) ?? null, { ...place, pointer: `${parent}/${key}` });
  return {
    output: own(fields, 'output') === undefined ? wholeAnswer : field(fields, 'output', '/response'),
    inputTokens: field(usageFields, 'inputTokens', '/response/usage'),
    outputTokens: field(usageFields, 'outputTokens', '/response/usage'),
    costUsd: field(usageFields, 'costUsd', '/response/usage'),
    sessionId: field(fields, 'sessionId', '/response'),
  };
}

/** Of a stream that has told chunks, these; else the answer as it is. */
const wholeAnswer: CompiledTemplate = (body, { text = '' }) => (text === '' ? body : text);
