import { AppError } from '@baton/core';
import type { Route } from '@baton/contracts';
import { principalId } from '@baton/identity';
import type { IdempotencyClaim, IdempotencyRepository } from '@baton/store';
import type { Answer, Call } from './call.ts';
import { toJson } from './json-codec.ts';
import { conflict } from './refusals.ts';

/** Makes POSTs with an Idempotency-Key happen once. */
export interface Idempotency {
  /**
   * Runs the work, or gives the first answer again. Only answers are kept: a refusal frees the key, so that the client may
   * mend what was wrong. Throws 422 for a key with another body, 409 while the first request is in flight.
   */
  once<P, Q, B>(route: Route, call: Call<P, Q, B>, work: () => Promise<Answer>): Promise<Answer>;
}

/** Idempotency on PostgreSQL. */
export function createIdempotency(keys: IdempotencyRepository): Idempotency {
  return {
    once: async (route, call, work) => {
      const { idempotencyKey: key, caller, exchange, bodyHash } = call;
      if (key === null) return work();
      const begun = await keys.begin(caller.scope, {
        key,
        method: route.method.toUpperCase(),
        path: exchange.request.path,
        principal: principalId(caller.principal),
        bodyHash,
      });
      switch (begun.outcome) {
        case 'fresh':
          return keep(keys, begun.claim, work);
        case 'replay': {
          const { status, headers, body } = begun.response;
          return { kind: 'json', status, body, headers: { ...headers, 'Idempotency-Replayed': 'true' } };
        }
        case 'mismatch':
          throw new AppError({
            code: 'invalid',
            message: 'This Idempotency-Key was used with another body; take a fresh key for another request.',
          });
        case 'in_flight':
          throw conflict('A request with this Idempotency-Key is in flight; ask again in a moment.');
        default:
          throw new Error(begun satisfies never);
      }
    },
  };
}

async function keep(
  keys: IdempotencyRepository,
  claim: IdempotencyClaim,
  work: () => Promise<Answer>,
): Promise<Answer> {
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    // What matters is why the work failed; a key that stays in flight is free again after a minute.
    await keys.abandon(claim).catch(() => undefined);
    throw error;
  }
  if (answer.kind !== 'json') return answer;
  const response = { status: answer.status, headers: answer.headers, body: toJson(answer.body) };
  // The work is done and must be told; when the answer cannot be kept, the key is free again after a minute.
  await keys.complete(claim, response).catch(() => false);
  return answer;
}
