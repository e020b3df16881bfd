import { z } from 'zod';
import { defineRoute, MAX_BODY_BYTES } from './route.ts';
import { instant } from './values.ts';

const tag = 'Artifacts';

/** The id of an artifact: the SHA-256 of its bytes. */
const artifactId = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'The id of an artifact is a SHA-256 in 64 digits of 0-9 and a-f.');

/** A stored file, without its bytes. */
export const artifact = z
  .strictObject({
    id: artifactId.meta({ description: 'SHA-256 of the bytes: what agents and replies name it by.' }),
    name: z.string(),
    mediaType: z.string(),
    size: z.int().meta({ description: 'Bytes.' }),
    createdAt: instant,
  })
  .meta({ id: 'Artifact' });

/** A stored file on the wire. */
export type Artifact = z.infer<typeof artifact>;

const fileName = z
  .string()
  .min(1)
  .max(255)
  // oxlint-disable-next-line no-control-regex -- exactly these are refused
  .regex(/^[^/\\\u0000-\u001f\u007f]+$/, 'The name of a file has no slashes and no control characters.');

/** Operations on files. */
export const artifactRoutes = {
  createArtifact: defineRoute({
    method: 'post',
    path: '/v1/artifacts',
    operationId: 'createArtifact',
    summary: 'Store a file: the body as it is, its type by Content-Type',
    tag,
    action: 'artifacts.write',
    query: z.strictObject({
      name: fileName.default('file').meta({ description: 'Name of the file. Default: file.' }),
    }),
    headers: ['Idempotency-Key'],
    body: {
      format: 'bytes',
      mediaTypes: ['*/*'],
      schema: z
        .custom<Uint8Array>((value) => value instanceof Uint8Array)
        .meta({ type: 'string', format: 'binary' }),
      required: true,
      maxBytes: MAX_BODY_BYTES,
    },
    answers: {
      201: { description: 'Stored.', schema: artifact, headers: ['Location'] },
      200: {
        description: 'The same bytes were stored before; they keep their first name and type.',
        schema: artifact,
      },
    },
  }),
  getArtifact: defineRoute({
    method: 'get',
    path: '/v1/artifacts/{id}',
    operationId: 'getArtifact',
    summary: 'Read a file',
    tag,
    action: 'artifacts.read',
    params: z.strictObject({ id: artifactId }),
    headers: ['If-None-Match'],
    answers: {
      200: {
        description: 'The bytes, as an attachment.',
        mediaTypes: ['application/octet-stream'],
        headers: ['ETag', 'Content-Disposition'],
      },
      304: { description: 'The client has them.' },
    },
    errors: [404],
  }),
};
