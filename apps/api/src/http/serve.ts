import { AppError, type Scope } from '@baton/core';
import { routeList, type Route } from '@baton/contracts';
import { parseLocalPrincipal, principalId, type Principal } from '@baton/identity';
import type { Store } from '@baton/store';
import type { Logger, Metrics } from '@baton/telemetry';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Answer, Caller, Exchange } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import { requestIdOf, single, traceparentOf } from './header-values.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import { checkLocalProfile } from './local-profile.ts';
import { isDefect, toHttpProblem } from './problem.ts';
import { rateLimitHeaders, type RateLimiter } from './rate-limit.ts';
import { notFound } from './refusals.ts';
import type { FindScope } from './scopes.ts';
import { send, sendProblem } from './send.ts';

/** What serving needs. */
export interface ServeParams {
  readonly store: Pick<Store, 'idempotency'>;
  readonly findScope: FindScope;
  readonly limiter: RateLimiter;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
}

interface Server extends ServeParams {
  readonly idempotency: Idempotency;
}

/** Serves endpoints with Express: each route, 405 for its other methods, 404 for everything else. */
export function serveEndpoints(endpoints: readonly Endpoint[], params: ServeParams): Express {
  const server: Server = { ...params, idempotency: createIdempotency(params.store.idempotency) };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  for (const one of endpoints) app[one.route.method](expressPath(one.route), handler(server, one));
  for (const path of new Set(endpoints.map(({ route }) => expressPath(route)))) {
    app.all(path, handler(server, null, allowedMethods(endpoints, path)));
  }
  app.use(handler(server, null));
  app.use(undecodable(server));
  return app;
}

/** Express's spelling of a route's path. */
function expressPath(route: Route): string {
  return route.path.replaceAll(':', '\\:').replace(/\{(\w+)\}/g, ':$1');
}

function allowedMethods(endpoints: readonly Endpoint[], path: string): readonly string[] {
  const methods = endpoints
    .filter(({ route }) => expressPath(route) === path)
    .map(({ route }) => route.method.toUpperCase());
  return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
}

function handler(server: Server, endpoint: Endpoint | null, allow?: readonly string[]): RequestHandler {
  return (request, response) => {
    const startedAt = performance.now();
    const exchange = open(server, request, response);
    observe(server, exchange, { endpoint, startedAt });
    answer(server, exchange, { endpoint, allow })
      .then((given) => send(response, given))
      .catch((error: unknown) => refuse(exchange, error));
  };
}

/** Express gives up on paths that do not decode before any route sees them: no id of ours needs escapes. */
function undecodable(server: Server): express.ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, request, response, _next) => {
    const exchange = open(server, request, response);
    refuse(exchange, error instanceof URIError || statusOf(error) === 400 ? notFound('such path') : error);
  };
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
}

function open(server: Server, request: Request, response: Response): Exchange {
  const requestId = requestIdOf(single(request.headers['x-request-id']));
  const traceparent = traceparentOf(single(request.headers['traceparent']));
  response.set({
    'X-Request-Id': requestId,
    traceparent,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const logger = server.logger.child({ requestId });
  return {
    request,
    response,
    requestId,
    traceparent,
    logger,
    signal: AbortSignal.any([gone.signal, server.stopping]),
  };
}

interface Target {
  readonly endpoint: Endpoint | null;
  readonly allow?: readonly string[] | undefined;
}

async function answer(server: Server, exchange: Exchange, target: Target): Promise<Answer> {
  const { request, response } = exchange;
  checkLocalProfile(request.headers.host, single(request.headers.origin));
  const closed = target.endpoint === null ? isClosed(request.path) : target.endpoint.route.action !== null;
  const caller = closed ? await callerOf(server, exchange) : null;
  if (target.endpoint !== null) return target.endpoint.serve(exchange, caller, server.idempotency);
  if (target.allow === undefined) throw notFound('such path');
  response.setHeader('Allow', target.allow.join(', '));
  throw new AppError({
    code: 'method_not_allowed',
    message: `${request.method} is not possible here; ${target.allow.join(', ')} is.`,
  });
}

const OPEN_PATHS = routeList
  .filter(({ action }) => action === null)
  .map(({ path }) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`));

/** Whether a path without a handler lies behind a token: all but those of open routes. */
function isClosed(path: string): boolean {
  return !OPEN_PATHS.some((open) => open.test(path));
}

async function callerOf(server: Server, exchange: Exchange): Promise<Caller> {
  const { request } = exchange;
  const workspace = single(request.headers['baton-workspace']) ?? null;
  const principal = parseLocalPrincipal(request.headers.authorization, workspace);
  limit(server, exchange, principal);
  if (principal === null) {
    throw new AppError({
      code: 'unauthenticated',
      message:
        'A token is missing or not valid; the local profile takes "Authorization: Bearer dev:<user>[:role,…]".',
    });
  }
  return { principal, scope: await scopeOf(server, principal) };
}

function limit(server: Server, exchange: Exchange, principal: Principal | null): void {
  // Addresses are taken from the connection alone: headers about them can be forged.
  const address = exchange.request.socket.remoteAddress ?? 'unknown';
  const client = principal === null ? `address ${address}` : `principal ${principalId(principal)}`;
  const state = server.limiter.take(client);
  exchange.response.set(rateLimitHeaders(server.limiter.perMinute, state));
  if (state.allowed) return;
  throw new AppError({
    code: 'too_many',
    message: `More than ${server.limiter.perMinute} requests in a minute.`,
    retryAfterSeconds: state.resetSeconds,
  });
}

async function scopeOf(server: Server, principal: Principal): Promise<Scope> {
  const name = principal.workspace ?? 'default';
  const scope = name.length <= 63 && !name.includes('\0') ? await server.findScope(name) : null;
  if (scope === null) throw notFound(`workspace "${name.slice(0, 100)}"`);
  return scope;
}

function refuse(exchange: Exchange, error: unknown): void {
  const { request, response, requestId, logger } = exchange;
  if (isDefect(error)) logger.error('request.failed', { method: request.method, path: request.path, error });
  sendProblem(response, toHttpProblem(error, { path: request.path, requestId }));
}

interface Observed {
  readonly endpoint: Endpoint | null;
  readonly startedAt: number;
}

function observe(server: Server, exchange: Exchange, { endpoint, startedAt }: Observed): void {
  const { request, response, logger } = exchange;
  response.on('close', () => {
    const durationMs = performance.now() - startedAt;
    const route = endpoint?.route.operationId ?? 'none';
    const status = String(response.statusCode);
    server.metrics.httpRequestSeconds.observe({ method: request.method, route, status }, durationMs / 1000);
    logger.info('request.answered', {
      method: request.method,
      route,
      // What stands in an open path is a permission.
      path: endpoint?.route.action === null ? endpoint.route.path : request.path,
      status: response.statusCode,
      durationMs: Math.round(durationMs),
    });
  });
}
