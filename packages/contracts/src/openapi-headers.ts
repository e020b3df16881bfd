import type { RouteHeader } from './route.ts';

interface HeaderParameter {
  readonly name: string;
  readonly in: 'header';
  readonly required: false;
  readonly description: string;
  readonly schema: { readonly type: 'string' };
}

/** The document's words on request headers. */
export const openApiHeaders: Readonly<Record<RouteHeader | 'Baton-Workspace', HeaderParameter>> = {
  'Baton-Workspace': header('Baton-Workspace', 'Name of the workspace; default: `default`.'),
  'Idempotency-Key': header(
    'Idempotency-Key',
    'The same key with the same body gives the first answer again (`Idempotency-Replayed: true`) for 24 hours; with another body 422; while the first is in flight 409.',
  ),
  'If-Match': header(
    'If-Match',
    'The ETag that was read: 428 without one where it is needed, 412 when it is stale.',
  ),
  'If-None-Match': header(
    'If-None-Match',
    'On reads: 304 when the ETag still holds. On writes: `*` to create only.',
  ),
  Prefer: header(
    'Prefer',
    '`wait=N` (N up to 60 seconds): answer with the finished run when it ends in time.',
  ),
  'Last-Event-ID': header('Last-Event-ID', 'Position of the last event seen: the stream goes on after it.'),
};

function header(name: string, description: string): HeaderParameter {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}
