import type { Scope } from '@baton/core';
import { createHash } from 'node:crypto';
import { execute, select, type Database } from './database.ts';
import { number, text } from './row-codec.ts';

/** A stored body. */
export interface ArtifactRecord {
  /** SHA-256 of the body, in hex: its id. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  readonly body: Uint8Array;
}

/** Content-addressed bodies. */
export interface ArtifactRepository {
  /** Stores a body; the same body again is the same artifact (and keeps its first media type). */
  put(
    scope: Scope,
    params: { readonly mediaType: string; readonly body: Uint8Array },
  ): Promise<Omit<ArtifactRecord, 'body'>>;
  get(scope: Scope, sha256: string): Promise<ArtifactRecord | null>;
}

/** The repository of artifacts on a database. */
export function createArtifactRepository(db: Database): ArtifactRepository {
  return {
    put: async (scope, { mediaType, body }) => {
      const sha256 = createHash('sha256').update(body).digest('hex');
      await execute(db.prisma)`
        INSERT INTO artifacts (workspace_id, sha256, size, media_type, body)
        VALUES (${scope.workspaceId}::uuid, ${sha256}, ${body.byteLength}::int, ${mediaType}, ${body})
        ON CONFLICT DO NOTHING`;
      return { sha256, size: body.byteLength, mediaType };
    },
    get: async (scope, sha256) => {
      const [row] = await select(db.prisma)`
        SELECT sha256, size, media_type, body FROM artifacts
        WHERE workspace_id = ${scope.workspaceId}::uuid AND sha256 = ${sha256}`;
      if (row === undefined) return null;
      const body = row['body'];
      if (!(body instanceof Uint8Array)) throw new Error(`The artifact ${sha256} has no bytes.`);
      return {
        sha256: text(row, 'sha256'),
        size: number(row, 'size'),
        mediaType: text(row, 'media_type'),
        body,
      };
    },
  };
}
