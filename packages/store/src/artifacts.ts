import type { Scope } from '@baton/core';

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
