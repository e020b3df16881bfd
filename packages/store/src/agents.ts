import type { JsonObject, Scope } from '@baton/core';
import type { Page, PageParams } from './page.ts';

/** One immutable version of an agent. */
export interface AgentVersionRecord {
  readonly name: string;
  readonly version: string;
  readonly adapter: string;
  /** Title of the agent; null when it has none. */
  readonly title: string | null;
  /** The normalised agent version. */
  readonly body: JsonObject;
  readonly contentHash: string;
  /** Opaque id (issuer|subject) of who registered it. */
  readonly owner: string;
  readonly ownerName: string | null;
  readonly createdAt: string;
  readonly archivedAt: string | null;
}

/** What is registered. `version` must be a semantic version. */
export interface NewAgentVersion {
  readonly name: string;
  readonly version: string;
  readonly adapter: string;
  readonly title?: string;
  readonly body: JsonObject;
  /** Hash of the canonical body: equal hashes are the same version. */
  readonly contentHash: string;
  readonly owner: string;
  readonly ownerName?: string;
}

/** How registering ended. `conflict`: the version exists with other content. */
export interface RegisterResult {
  readonly outcome: 'created' | 'identical' | 'conflict';
  readonly version: AgentVersionRecord;
}

/** An agent as lists show it. */
export interface AgentRecord {
  readonly name: string;
  readonly createdAt: string;
  /** The highest version that is not archived, a release before any prerelease; null when all are archived. */
  readonly latest: AgentVersionRecord | null;
}

/** Filters of the list of agents. */
export interface AgentListParams extends PageParams {
  /** Only agents whose latest version has this adapter. */
  readonly adapter?: string;
  /** Looked for in name and title. */
  readonly q?: string;
}

/** The registry of agents, truth in PostgreSQL. */
export interface AgentRepository {
  /** Registers a version in one transaction; of equal calls at once one is `created`, the others `identical`. */
  register(scope: Scope, params: NewAgentVersion): Promise<RegisterResult>;
  list(scope: Scope, params: AgentListParams): Promise<Page<AgentRecord>>;
  get(scope: Scope, name: string): Promise<AgentRecord | null>;
  /** All versions, archived ones too, highest first. */
  versions(scope: Scope, name: string, page: PageParams): Promise<Page<AgentVersionRecord>>;
  getVersion(scope: Scope, name: string, version: string): Promise<AgentVersionRecord | null>;
  /** Archives a version; again is the same. Null when there is none. */
  archive(scope: Scope, name: string, version: string): Promise<AgentVersionRecord | null>;
  /**
   * The highest version that is not archived and in the range (`1.2.3`, `^1.2`, `~1.2.3`, `1`, `1.x`, `>=1 <2`);
   * without a range the highest release. Null when there is none, or when the range is none.
   */
  resolve(scope: Scope, name: string, range?: string): Promise<AgentVersionRecord | null>;
}
