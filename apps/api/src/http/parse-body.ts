import type { BodyProblem, Json } from '@baton/core';
import { checkShape, pointerOf, type RouteBody } from '@baton/contracts';
import { EgressError, parseJsonBounded } from '@baton/egress';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { acceptMediaType } from './media-type.ts';
import { readBody } from './read-body.ts';
import { malformed } from './refusals.ts';
import { maybeUnstorable, unstorable } from './storable.ts';

/** A body, parsed. */
export interface ParsedBody<Value> {
  readonly value: Value;
  readonly mediaType: string;
  readonly bytes: number;
  /** SHA-256 in hex; of nothing, when there is no body. */
  readonly hash: string;
}

/** What else is wrong with a body whose shape is wrong, so that one refusal names everything. */
export type BodyReview = (given: Json) => readonly BodyProblem[];

/** Reads and checks the body a route expects. Throws 413, 415, then 400 with pointers. */
export async function parseBody<Schema extends z.ZodType>(
  request: IncomingMessage,
  body: RouteBody<Schema>,
  review?: BodyReview,
): Promise<ParsedBody<z.output<Schema>>> {
  if (!hasBody(request)) return withoutBody(body);
  const mediaType = acceptMediaType(request.headers['content-type'], body.mediaTypes);
  const bytes = await readBody(request, body.maxBytes);
  if (bytes.length === 0) return withoutBody(body);
  const hash = createHash('sha256').update(mediaType).update('\0').update(bytes).digest('hex');
  return { value: valueOf(body, bytes, review), mediaType, bytes: bytes.length, hash };
}

function valueOf<Schema extends z.ZodType>(
  body: RouteBody<Schema>,
  bytes: Uint8Array,
  review: BodyReview | undefined,
): z.output<Schema> {
  if (body.format === 'bytes') return body.schema.parse(bytes);
  const content = decode(bytes);
  return checked(body.schema, body.format === 'text' ? content : parseJson(content), review);
}

function hasBody(request: IncomingMessage): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}

function withoutBody<Schema extends z.ZodType>(body: RouteBody<Schema>): ParsedBody<z.output<Schema>> {
  if (body.required) throw malformed(`A body of ${body.mediaTypes.join(' or ')} is missing.`);
  const nothing = body.schema.safeParse({});
  const value = nothing.success ? nothing.data : body.schema.parse(null);
  return { value, mediaType: '', bytes: 0, hash: createHash('sha256').digest('hex') };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The decoder's only reason to throw is the one we name.
    throw malformed('The body is not valid UTF-8.');
  }
}

function parseJson(content: string): Json {
  const value = parseBounded(content);
  const problems = maybeUnstorable(content) ? unstorable(value) : [];
  if (problems.length > 0) throw malformed('The body holds text that cannot be stored.', problems);
  return value;
}

function parseBounded(content: string): Json {
  try {
    // Infinite numbers are told with their pointers, as other values are that cannot be stored.
    return parseJsonBounded(content, { tooLarge: 'keep' });
  } catch (error) {
    if (error instanceof EgressError) throw malformed(error.message);
    throw error;
  }
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  given: Json,
  review: BodyReview | undefined,
): z.output<Schema> {
  const shaped = checkShape(schema, given);
  if (shaped.ok) return shaped.value;
  const problems = shaped.problems.map(({ path, detail }) => ({ pointer: pointerOf(path), detail }));
  const named = new Set(problems.map(({ pointer }) => pointer));
  const others = (review?.(given) ?? []).filter(({ pointer }) => !named.has(pointer));
  throw malformed('The body has another shape than expected.', [...problems, ...others]);
}
