import { z } from 'zod';
import type { Action } from './actions.ts';

/** Headers with a meaning of their own on some routes. */
export type RouteHeader = 'Idempotency-Key' | 'If-Match' | 'If-None-Match' | 'Prefer' | 'Last-Event-ID';

/** The body a route reads. */
export interface RouteBody<Schema extends z.ZodType = z.ZodType> {
  /** `json`: parsed and checked by the schema; `text`, `bytes`: handed over as it is. */
  readonly format: 'json' | 'text' | 'bytes';
  /** One that has stars for both halves takes any. */
  readonly mediaTypes: readonly string[];
  readonly schema: Schema;
  /** Whether a request without any body is refused. */
  readonly required: boolean;
  /** Bytes, decompressed. */
  readonly maxBytes: number;
}

/** One answer below 400. */
export interface RouteAnswer {
  readonly description: string;
  /** Absent: no body, or one that is text. */
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly mediaTypes?: readonly string[];
  readonly headers?: readonly string[];
}

/** One operation of the API: what routing, checks, OpenAPI and clients are made from. */
export interface Route<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** With `{parameters}`, as OpenAPI writes it. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** What the caller must be allowed to do; null: open to everybody. */
  readonly action: Action | null;
  readonly params: Params;
  readonly query: Query;
  readonly headers: readonly RouteHeader[];
  readonly body: RouteBody<Body> | null;
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** Statuses from 400 up that are the route's own; those every route has are added to the document. */
  readonly errors: readonly number[];
}

const NOTHING = z.strictObject({});
type Nothing = typeof NOTHING;

/** What {@link defineRoute} takes: parameters, query, headers, body and errors may be left out. */
export interface RouteParams<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
> extends Pick<Route, 'method' | 'path' | 'operationId' | 'summary' | 'tag' | 'action' | 'answers'> {
  readonly params?: Params;
  readonly query?: Query;
  readonly headers?: readonly RouteHeader[];
  readonly body?: RouteBody<Body>;
  readonly errors?: readonly number[];
}

/** A route with everything left out filled in. */
export function defineRoute<
  Params extends z.ZodObject = Nothing,
  Query extends z.ZodObject = Nothing,
  Body extends z.ZodType = z.ZodUndefined,
>(
  route: RouteParams<Params, Query, Body>,
): Route<z.ZodObject extends Params ? Nothing : Params, z.ZodObject extends Query ? Nothing : Query, Body>;
export function defineRoute(route: RouteParams<z.ZodObject, z.ZodObject, z.ZodType>): Route {
  return {
    ...route,
    params: route.params ?? NOTHING,
    query: route.query ?? NOTHING,
    headers: route.headers ?? [],
    body: route.body ?? null,
    errors: route.errors ?? [],
  };
}

/** Most bytes of a request body. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Most bytes of one value (an input, the data of a signal, a mock), written as JSON. */
export const MAX_VALUE_BYTES = 1024 * 1024;

/** A JSON body; required unless said otherwise. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema, required = true): RouteBody<Schema> {
  return { format: 'json', mediaTypes: ['application/json'], schema, required, maxBytes: MAX_BODY_BYTES };
}
