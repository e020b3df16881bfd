import type { Scope } from '@baton/core';
import { createHash } from 'node:crypto';
import { execute, select, type Database } from './database.ts';
import { instant, number, text, type Row } from './row-codec.ts';

/** A stored body. */
export interface ArtifactRecord {
  /** SHA-256 of the body, in hex: its id. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  readonly body: Uint8Array;
}

/** A body that is a file. */
export interface FileRecord extends ArtifactRecord {
  readonly name: string;
  readonly createdAt: string;
}

/** A file to store. */
export interface NewFile {
  readonly name: string;
  readonly mediaType: string;
  readonly body: Uint8Array;
}

/** Content-addressed bodies: payloads of histories, and files. */
export interface ArtifactRepository {
  /** Stores a body; the same body again is the same artifact (and keeps its first media type). */
  put(
    scope: Scope,
    params: { readonly mediaType: string; readonly body: Uint8Array },
  ): Promise<Omit<ArtifactRecord, 'body'>>;
  /** Any body, also one that is no file. */
  get(scope: Scope, sha256: string): Promise<ArtifactRecord | null>;
  /** Stores a file; the same bytes again are the same file, with its first name and media type. */
  putFile(
    scope: Scope,
    file: NewFile,
  ): Promise<{ readonly record: Omit<FileRecord, 'body'>; readonly isNew: boolean }>;
  /** A file; null for a body that is none. */
  getFile(scope: Scope, sha256: string): Promise<FileRecord | null>;
}

/** The repository of artifacts on a database. */
export function createArtifactRepository(db: Database): ArtifactRepository {
  return {
    put: async (scope, { mediaType, body }) => {
      const sha256 = hashOf(body);
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
      return row === undefined ? null : toArtifact(row);
    },
    putFile: (scope, file) => putFile(db, scope, file),
    getFile: async (scope, sha256) => {
      const [row] = await select(db.prisma)`
        SELECT sha256, size, media_type, body, file_name, created_at FROM artifacts
        WHERE workspace_id = ${scope.workspaceId}::uuid AND sha256 = ${sha256} AND is_file`;
      return row === undefined ? null : { ...toArtifact(row), ...nameOf(row) };
    },
  };
}

async function putFile(
  db: Database,
  scope: Scope,
  { name, mediaType, body }: NewFile,
): ReturnType<ArtifactRepository['putFile']> {
  const sha256 = hashOf(body);
  // Bytes that a history holds already become a file too.
  const added = await execute(db.prisma)`
    INSERT INTO artifacts (workspace_id, sha256, size, media_type, body, is_file, file_name)
    VALUES (${scope.workspaceId}::uuid, ${sha256}, ${body.byteLength}::int, ${mediaType}, ${body}, true, ${name})
    ON CONFLICT (workspace_id, sha256) DO UPDATE
    SET is_file = true, file_name = excluded.file_name, media_type = excluded.media_type
    WHERE NOT artifacts.is_file`;
  const [row] = await select(db.prisma)`
    SELECT media_type, file_name, created_at FROM artifacts
    WHERE workspace_id = ${scope.workspaceId}::uuid AND sha256 = ${sha256}`;
  if (row === undefined) throw new Error(`The file ${sha256} vanished.`);
  const record = { sha256, size: body.byteLength, mediaType: text(row, 'media_type'), ...nameOf(row) };
  return { record, isNew: added > 0 };
}

function hashOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function nameOf(row: Row): Pick<FileRecord, 'name' | 'createdAt'> {
  return { name: text(row, 'file_name'), createdAt: instant(row, 'created_at') };
}

function toArtifact(row: Row): ArtifactRecord {
  const sha256 = text(row, 'sha256');
  const body = row['body'];
  if (!(body instanceof Uint8Array)) throw new Error(`The artifact ${sha256} has no bytes.`);
  return { sha256, size: number(row, 'size'), mediaType: text(row, 'media_type'), body };
}
