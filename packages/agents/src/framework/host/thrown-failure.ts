import { failure, type Failure } from '@baton/core';
import { AgentFailureError } from '../../adapter.ts';
import { answerToFailure } from '../../answer-failure.ts';
import { hasMethod, memberOf, textMember } from './foreign-codec.ts';
import { wordsOf } from './make-agent.ts';
import { NotPlainError } from './plain.ts';

/** Errors after which the same question fails again. */
const LASTING = new Set(['GraphRecursionError', 'InvalidUpdateError', 'GraphValueError', 'NotPlainError']);

/** How errors of a connection are told; they stand somewhere among the causes. */
const CONNECTION: Readonly<Record<string, Partial<Failure> & { readonly code: string }>> = {
  ECONNREFUSED: { status: 503, code: 'connect_failed' },
  ENOTFOUND: { status: 503, code: 'connect_failed' },
  EAI_AGAIN: { status: 503, code: 'connect_failed' },
  UND_ERR_CONNECT_TIMEOUT: { status: 503, code: 'connect_failed' },
  ECONNRESET: { status: 502, code: 'connection_lost' },
  EPIPE: { status: 502, code: 'connection_lost' },
  UND_ERR_SOCKET: { status: 502, code: 'connection_lost' },
};

/** Most causes that are looked at. */
const MAX_CAUSES = 6;

/**
 * The failure of what an agent has thrown. The clients of models put the status of an answer and its headers into their errors: those
 * fail as any answer with that status does. Unknown errors stay retryable.
 */
export function thrownFailure(error: unknown, label: string, now: number): Failure {
  if (error instanceof AgentFailureError) return error.failure;
  const causes = causesOf(error);
  const answered = causes.find((cause) => statusOf(cause) !== undefined);
  if (answered !== undefined) {
    const body = new TextEncoder().encode(textMember(answered, 'message'));
    const headers = headersOf(answered);
    const answer = { status: statusOf(answered) ?? 500, headers, body };
    return answerToFailure(answer, { label: `${label}: what it has called`, now });
  }
  const lost = causes.map((cause) => CONNECTION[textMember(cause, 'code')]).find(Boolean);
  const detail = `${label} failed: ${wordsOf(error)}`;
  if (lost !== undefined) return failure('communication', detail, { ...lost, retryable: true });
  if (error instanceof NotPlainError) {
    const what = `${label} gave what cannot be told: ${error.message}.`;
    return failure('runtime', what, { code: 'not_json' });
  }
  const retryable = !causes.some((cause) => LASTING.has(textMember(cause, 'name')));
  return failure('runtime', detail, { code: 'run_failed', retryable });
}

function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (
    let at = error;
    at !== undefined && at !== null && causes.length < MAX_CAUSES;
    at = memberOf(at, 'cause')
  )
    causes.push(at);
  return causes;
}

function statusOf(error: unknown): number | undefined {
  const status = memberOf(error, 'status') ?? memberOf(error, 'statusCode');
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : undefined;
}

/** Headers of an answer, of which one matters; clients keep them as `Headers` or as an object. */
function headersOf(error: unknown): Readonly<Record<string, string>> {
  const headers = memberOf(error, 'headers');
  const get = memberOf(headers, 'get');
  const value: unknown =
    hasMethod(headers, 'get') && typeof get === 'function'
      ? Reflect.apply(get, headers, ['retry-after'])
      : memberOf(headers, 'retry-after');
  return typeof value === 'string' ? { 'retry-after': value } : {};
}
