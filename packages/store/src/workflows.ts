import type { JsonObject, Scope } from '@baton/core';
import type { Database } from './database.ts';
import type { Page, PageParams } from './page.ts';
import { findChannel, setChannel } from './workflow-channels.ts';
import { archiveVersion, publishVersion } from './workflow-publish.ts';
import {
  findVersion,
  getWorkflow,
  hasWorkflow,
  listVersions,
  listWorkflows,
  resolveVersion,
} from './workflow-read.ts';

/** One immutable version of a workflow, without its text. */
export interface WorkflowVersionSummary {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** Title of the definition; null when it has none. */
  readonly title: string | null;
  readonly contentHash: string;
  /** Opaque id (issuer|subject) of who published it. */
  readonly author: string;
  readonly authorName: string | null;
  readonly publishedAt: string;
  readonly archivedAt: string | null;
}

/** One immutable version of a workflow. */
export interface WorkflowVersionRecord extends WorkflowVersionSummary {
  /** The definition, parsed. */
  readonly document: JsonObject;
  /** The text as it was sent. */
  readonly source: string;
  /** Media type of `source`. */
  readonly mediaType: string;
}

/** What is published. */
export interface NewWorkflowVersion {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  readonly title?: string;
  readonly document: JsonObject;
  readonly source: string;
  readonly mediaType: string;
  /** Hash of the canonical document: equal hashes are the same version. */
  readonly contentHash: string;
  readonly author: string;
  readonly authorName?: string;
}

/**
 * How publishing ended. `conflict`: the version exists with other content; `namespace_conflict`: the
 * workflow lives in the namespace given, and nothing was written.
 */
export type PublishResult =
  | { readonly outcome: 'created' | 'identical' | 'conflict'; readonly version: WorkflowVersionRecord }
  | { readonly outcome: 'namespace_conflict'; readonly namespace: string };

/** A named pointer at a version. */
export interface ChannelRecord {
  readonly channel: string;
  readonly version: string;
  /** Rises with every change; the channel's ETag. */
  readonly revision: number;
  readonly updatedAt: string;
}

/** A workflow as lists show it. */
export interface WorkflowRecord {
  readonly name: string;
  readonly namespace: string;
  readonly createdAt: string;
  /** The version published last among those not archived; null when all are. */
  readonly latest: WorkflowVersionSummary | null;
  readonly channels: readonly ChannelRecord[];
}

/** Which version of a workflow is wanted; neither field: the channel `default`. */
export interface VersionChoice {
  readonly version?: string;
  readonly channel?: string;
}

/** Parameters of {@link WorkflowRepository.setChannel}. */
export interface SetChannelParams {
  readonly name: string;
  readonly channel: string;
  readonly version: string;
  /** The revision the caller saw; null: the channel must not exist yet; absent: whatever it is. */
  readonly expectedRevision?: number | null;
}

/** How setting a channel ended. `no_version`: there is no such version that is not archived. */
export type SetChannelResult =
  | { readonly outcome: 'set'; readonly channel: ChannelRecord }
  | { readonly outcome: 'stale'; readonly channel: ChannelRecord | null }
  | { readonly outcome: 'no_version' };

/**
 * Definitions, truth in PostgreSQL. The channel `default` follows the version published last (and, when that
 * is archived, the one before) until somebody sets it with `setChannel`; from then on only `setChannel` moves it.
 */
export interface WorkflowRepository {
  /** Publishes a version in one transaction; of equal publishes at once one is `created`, the others `identical`. */
  publish(scope: Scope, params: NewWorkflowVersion): Promise<PublishResult>;
  /** Workflows, newest first; `q` is looked for in name, namespace and title. */
  list(scope: Scope, params: PageParams & { readonly q?: string }): Promise<Page<WorkflowRecord>>;
  get(scope: Scope, name: string): Promise<WorkflowRecord | null>;
  /** Whether there is a workflow of this name; far less work than reading it. */
  exists(scope: Scope, name: string): Promise<boolean>;
  /** All versions, archived ones too, newest first. */
  versions(scope: Scope, name: string, page: PageParams): Promise<Page<WorkflowVersionSummary>>;
  getVersion(scope: Scope, name: string, version: string): Promise<WorkflowVersionRecord | null>;
  /** Archives a version; again is the same. Null when there is none. */
  archive(scope: Scope, name: string, version: string): Promise<WorkflowVersionSummary | null>;
  /** The version a start would take, or null when there is none that is not archived. */
  resolve(scope: Scope, name: string, choice: VersionChoice): Promise<WorkflowVersionRecord | null>;
  getChannel(scope: Scope, name: string, channel: string): Promise<ChannelRecord | null>;
  setChannel(scope: Scope, params: SetChannelParams): Promise<SetChannelResult>;
}

/** The repository of workflows on a database. */
export function createWorkflowRepository(db: Database): WorkflowRepository {
  const { prisma } = db;
  return {
    publish: (scope, params) => publishVersion(db, scope, params),
    list: (scope, params) => listWorkflows(prisma, scope, params),
    get: (scope, name) => getWorkflow(prisma, scope, name),
    exists: (scope, name) => hasWorkflow(prisma, scope, name),
    versions: (scope, name, page) => listVersions(prisma, scope, { ...page, name }),
    getVersion: (scope, name, version) => findVersion(prisma, scope, { name, version }),
    archive: (scope, name, version) => archiveVersion(db, scope, { name, version }),
    resolve: (scope, name, choice) => resolveVersion(prisma, scope, { name, ...choice }),
    getChannel: (scope, name, channel) => findChannel(prisma, scope, { name, channel }),
    setChannel: (scope, params) => setChannel(db, scope, params),
  };
}
