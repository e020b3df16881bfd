import type { JsonObject, Scope } from '@baton/core';
import { findAgentVersion, getAgent, listAgents, listAgentVersions, resolveAgent } from './agent-read.ts';
import { registerVersion } from './agent-register.ts';
import { toAgentVersion } from './agents-codec.ts';
import { select, type Database } from './database.ts';
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

/** The repository of agents on a database. */
export function createAgentRepository(db: Database): AgentRepository {
  const { prisma } = db;
  return {
    register: (scope, params) => registerVersion(db, scope, params),
    list: (scope, params) => listAgents(prisma, scope, params),
    get: (scope, name) => getAgent(prisma, scope, name),
    versions: (scope, name, page) => listAgentVersions(prisma, scope, { ...page, name }),
    getVersion: (scope, name, version) => findAgentVersion(prisma, scope, { name, version }),
    archive: async (scope, name, version) => {
      const [row] = await select(prisma)`
        UPDATE agent_versions SET archived_at = coalesce(archived_at, now())
        WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${name} AND version = ${version}
        RETURNING *`;
      return row === undefined ? null : toAgentVersion(row);
    },
    resolve: (scope, name, range) =>
      resolveAgent(prisma, scope, { name, ...(range === undefined ? {} : { range }) }),
  };
}
