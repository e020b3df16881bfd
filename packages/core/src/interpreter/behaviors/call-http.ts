import type { Authentication, Template } from '../../definition/definition.ts';
import { failure } from '../../failure.ts';
import { isObject, own, type Json } from '../../json.ts';
import type { HttpRequest } from '../commands.ts';
import { TaskFault, type Sight } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { shown, stepOf, taskAt, type Turn } from '../turn.ts';
import { idempotencyKey } from '../visits.ts';
import { callBehavior, mayRunLocally, originOf } from './call.ts';

/** How long an HTTP call may take; a task's own time-out ends it earlier. */
const HTTP_TIMEOUT_MS = 60_000;

/** `call: http`: one request; the language leaves retries to `try`. */
export const callHttpBehavior = callBehavior({
  command(turn, frame) {
    const request = requestOf(turn, frame);
    const target = originOf(request.uri);
    const harmless = request.method === 'GET' || request.method === 'HEAD';
    return {
      kind: 'call-http',
      step: stepOf(turn, frame),
      idempotencyKey: idempotencyKey(turn, frame, 'http'),
      request,
      local: mayRunLocally(turn, { harmless, timeoutMs: HTTP_TIMEOUT_MS, target }),
      timeoutMs: HTTP_TIMEOUT_MS,
    };
  },
  read: (_turn, _frame, result) => result,
});

function requestOf(turn: Turn, frame: Frame): HttpRequest {
  const { with: call } = taskAt(turn, frame, 'call-http');
  const sight = bodySight(turn, frame);
  const { evaluator } = turn.run;
  const { authentication } = call;
  return {
    method: call.method,
    uri: uriOf(turn, call.endpoint, sight),
    headers: textMap(turn, call.headers, { sight, what: 'headers' }),
    query: textMap(turn, call.query, { sight, what: 'query' }),
    ...(call.body === undefined ? {} : { body: evaluator.text(call.body, sight) }),
    ...(authentication === undefined ? {} : { authentication: credentials(turn, authentication, sight) }),
    redirect: call.redirect,
    output: call.output,
  };
}

function credentials(turn: Turn, given: Authentication, sight: Sight): Authentication {
  const { evaluator } = turn.run;
  if (given.kind === 'bearer') return { kind: 'bearer', token: evaluator.template(given.token, sight) };
  return {
    kind: 'basic',
    username: evaluator.template(given.username, sight),
    password: evaluator.template(given.password, sight),
  };
}

function uriOf(turn: Turn, endpoint: Template, sight: Sight): string {
  const uri = turn.run.evaluator.template(endpoint, sight);
  if (typeof uri !== 'string') {
    throw new TaskFault(failure('expression', `"with.endpoint" must give a URI; it gave ${shown(uri)}.`));
  }
  // An expression has made the whole URI; only a text that was written out is a template of RFC 6570.
  return uri === endpoint ? expandUri(uri, sight.input) : uri;
}

/** RFC 6570 simple expansion over the input's top-level keys; a missing one is ''. */
export function expandUri(template: string, input: Json): string {
  return template.replace(/\{([^{}]+)\}/g, (_whole, name: string) => {
    const value = isObject(input) ? (own(input, name) ?? null) : null;
    if (value === null) return '';
    if (typeof value === 'object') {
      const detail = `The URI variable "${name}" is an array or an object; only text, numbers and booleans can be part of a URI.`;
      throw new TaskFault(failure('expression', detail));
    }
    // Half of a surrogate pair has no encoding.
    return encodeURIComponent(String(value).toWellFormed());
  });
}

function textMap(
  turn: Turn,
  template: Template | undefined,
  read: { sight: Sight; what: string },
): Readonly<Record<string, string>> {
  if (template === undefined) return {};
  const value = turn.run.evaluator.text(template, read.sight);
  if (!isObject(value)) {
    throw new TaskFault(
      failure('expression', `"with.${read.what}" must give an object; it gave ${shown(value)}.`),
    );
  }
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, typeof item === 'string' ? item : JSON.stringify(item)]),
  );
}
