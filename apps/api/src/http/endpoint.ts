import type { Route } from '@baton/contracts';
import { authorize } from '@baton/identity';
import type { z } from 'zod';
import type { Answer, Call, Caller, Exchange } from './call.ts';
import { idempotencyKey, single } from './header-values.ts';
import type { Idempotency } from './idempotency.ts';
import { noBody } from './no-body-codec.ts';
import { parseBody, type BodyReview, type ParsedBody } from './parse-body.ts';
import { parseQuery } from './parse-query.ts';
import { forbidden, notFound } from './refusals.ts';

/** A route with the code that serves it. */
export interface Endpoint {
  readonly route: Route;
  /** `caller` is null on open routes only. */
  readonly serve: (exchange: Exchange, caller: Caller | null, idempotency: Idempotency) => Promise<Answer>;
}

/** What is known before the body is read. */
export interface FindParams<Params> {
  readonly caller: Caller;
  readonly params: Params;
}

/** The two steps of an endpoint that works on a thing. */
export interface EndpointSteps<Params, Query, Body, Found> {
  /** Reads the thing the path names; null is a 404. Runs before permissions are checked. */
  readonly find: (params: FindParams<Params>) => Promise<Found | null>;
  /** Called with everything parsed and allowed. */
  readonly handle: (call: Call<Params, Query, Body>, found: Found) => Promise<Answer>;
  /** Told along with the problems of a body's shape; default: nothing. */
  readonly review?: BodyReview;
}

/**
 * Serves a route behind a token. Order of checks: malformed ids and absent things 404, permission 403, body 413 and 415,
 * then 400; the handler's own checks (428, 412, 409, 422) come last.
 */
export function endpointOn<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, Found>(
  route: Route<P, Q, B>,
  steps: EndpointSteps<z.output<P>, z.output<Q>, z.output<B>, Found>,
): Endpoint {
  return {
    route,
    serve: async (exchange, caller, idempotency) => {
      if (caller === null) throw new Error(`${route.operationId} must not be open.`);
      const parsed = route.params.safeParse(exchange.request.params);
      if (!parsed.success) throw notFound('such thing: the path holds no valid name or id');
      const found = await steps.find({ caller, params: parsed.data });
      if (found === null) throw notFound(`${subjectOf(route)} of this name or id`);
      checkPermission(route, caller);
      const body = await bodyOf(exchange, route, steps.review);
      const call = callOf(route, { exchange, caller, params: parsed.data, body });
      return idempotency.once(route, call, () => steps.handle(call, found));
    },
  };
}

/** {@link endpointOn} for routes that need nothing to be there. */
export function endpoint<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  route: Route<P, Q, B>,
  handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<Answer>,
): Endpoint {
  return endpointOn(route, { find: () => Promise.resolve(true), handle });
}

/** Serves an open route. */
export function openEndpoint(route: Route, handle: (exchange: Exchange) => Promise<Answer>): Endpoint {
  return { route, serve: (exchange) => handle(exchange) };
}

function checkPermission(route: Route, caller: Caller): void {
  const { action } = route;
  if (action === null || authorize(caller.principal, action)) return;
  throw forbidden(`${caller.principal.name} may not do this: it needs the permission ${action}.`);
}

function subjectOf(route: Route): string {
  return route.tag.toLowerCase().replace(/s$/, '');
}

async function bodyOf<B extends z.ZodType>(
  exchange: Exchange,
  route: Route<z.ZodObject, z.ZodObject, B>,
  review: BodyReview | undefined,
): Promise<ParsedBody<z.output<B>>> {
  if (route.body !== null) return parseBody(exchange.request, route.body, review);
  return noBody<z.output<B>>();
}

interface CallParts<Params, Body> {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly params: Params;
  readonly body: ParsedBody<Body>;
}

function callOf<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  route: Route<P, Q, B>,
  parts: CallParts<z.output<P>, z.output<B>>,
): Call<z.output<P>, z.output<Q>, z.output<B>> {
  const { exchange, caller, params, body } = parts;
  const header = (name: string): string | undefined => single(exchange.request.headers[name.toLowerCase()]);
  const keyed = route.headers.includes('Idempotency-Key');
  return {
    caller,
    params,
    query: parseQuery(exchange.request.originalUrl, route.query),
    body: body.value,
    mediaType: body.mediaType,
    bodyBytes: body.bytes,
    bodyHash: body.hash,
    idempotencyKey: keyed ? idempotencyKey(header('Idempotency-Key')) : null,
    exchange,
    header,
  };
}
