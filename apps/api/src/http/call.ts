import type { Scope } from '@baton/core';
import type { RouteHeader } from '@baton/contracts';
import type { Principal } from '@baton/identity';
import type { Logger } from '@baton/telemetry';
import type { Request, Response } from 'express';

/** Who asks, and whose data they may touch. */
export interface Caller {
  readonly principal: Principal;
  readonly scope: Scope;
}

/** One HTTP request on its way to an answer. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly requestId: string;
  /** W3C trace context: the client's, or a fresh one. */
  readonly traceparent: string;
  readonly logger: Logger;
  /** Aborted when the client is gone or the process stops. */
  readonly signal: AbortSignal;
}

/** What a handler gets: everything parsed. */
export interface Call<Params, Query, Body> {
  readonly caller: Caller;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Media type of the body; '' without one. */
  readonly mediaType: string;
  /** Bytes of the body, decompressed. */
  readonly bodyBytes: number;
  /** SHA-256 of the body in hex. */
  readonly bodyHash: string;
  readonly idempotencyKey: string | null;
  readonly exchange: Exchange;
  /** A request header with a meaning on this route. */
  header(name: RouteHeader): string | undefined;
}

/** What a handler gives. */
export type Answer =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly body: unknown;
      readonly headers: AnswerHeaders;
    }
  | {
      readonly kind: 'text';
      readonly status: number;
      readonly text: string;
      readonly mediaType: string;
      readonly headers: AnswerHeaders;
    }
  | {
      readonly kind: 'bytes';
      readonly body: Uint8Array;
      readonly mediaType: string;
      readonly headers: AnswerHeaders;
    }
  | { readonly kind: 'empty'; readonly status: number; readonly headers: AnswerHeaders }
  /** The handler writes by itself; resolves when the response has ended. */
  | { readonly kind: 'stream'; readonly write: (response: Response) => Promise<void> };

/** Headers of an answer. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** A JSON answer. */
export function json(status: number, body: unknown, headers: AnswerHeaders = {}): Answer {
  return { kind: 'json', status, body, headers };
}

/** A text answer. */
export function text(mediaType: string, content: string, headers: AnswerHeaders = {}): Answer {
  return { kind: 'text', status: 200, text: content, mediaType, headers };
}

/** An answer without a body. */
export function empty(status: number, headers: AnswerHeaders = {}): Answer {
  return { kind: 'empty', status, headers };
}
