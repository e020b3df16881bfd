import { AppError } from '@baton/core';
import { routes } from '@baton/contracts';
import { readCallbackToken, type CallbackOutcome, type CallbackToken, type Store } from '@baton/store';
import { empty } from '../http/call.ts';
import { openEndpoint, type Endpoint } from '../http/endpoint.ts';
import { parseBody } from '../http/parse-body.ts';
import { conflict, notFound } from '../http/refusals.ts';

/** What callbacks need. */
export interface CallbackPorts {
  readonly store: Pick<Store, 'callbacks'>;
}

/**
 * The route that agents answer to later. Nobody signs in: whoever has the URL was given it by the run that asked. An unknown
 * one is refused before its body is read.
 */
export function callbackEndpoints({ store }: CallbackPorts): readonly Endpoint[] {
  const { answerCallback } = routes;
  return [
    openEndpoint(answerCallback, async ({ request }) => {
      const { scope, tokenHash } = tokenOf(request.params['token']);
      allow(await store.callbacks.look(scope, tokenHash));
      if (answerCallback.body === null) throw new Error('The route reads a body.');
      const { value: body, mediaType } = await parseBody(request, answerCallback.body);
      allow(await store.callbacks.answer(scope, tokenHash, { mediaType, body }));
      return empty(202);
    }),
  ];
}

function tokenOf(given: unknown): CallbackToken {
  const token = typeof given === 'string' ? readCallbackToken(given) : null;
  if (token === null) throw unknown();
  return token;
}

function allow(standing: CallbackOutcome | 'open'): void {
  switch (standing) {
    case 'open':
    case 'received':
      return;
    case 'unknown':
      throw unknown();
    case 'taken':
      throw conflict('This call has its answer already; the first one counts.');
    case 'gone':
      throw new AppError({ code: 'gone', message: 'Nobody waits for this answer any more.' });
    default:
      return standing satisfies never;
  }
}

const unknown = (): AppError => notFound('callback of this token');
