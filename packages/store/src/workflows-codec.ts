import type { Json } from '@baton/core';
import {
  instant,
  instantOrNull,
  jsonArray,
  jsonObject,
  number,
  text,
  textOrNull,
  trusted,
  type Row,
} from './row-codec.ts';
import type {
  ChannelRecord,
  WorkflowRecord,
  WorkflowVersionRecord,
  WorkflowVersionSummary,
} from './workflows.ts';

/** A row of `workflow_versions` without its text. */
export function toVersionSummary(row: Row): WorkflowVersionSummary {
  return {
    name: text(row, 'name'),
    namespace: text(row, 'namespace'),
    version: text(row, 'version'),
    title: textOrNull(row, 'title'),
    contentHash: text(row, 'content_hash'),
    author: text(row, 'author'),
    authorName: textOrNull(row, 'author_name'),
    publishedAt: instant(row, 'published_at'),
    archivedAt: instantOrNull(row, 'archived_at'),
  };
}

/** A whole row of `workflow_versions`. */
export function toVersion(row: Row): WorkflowVersionRecord {
  return {
    ...toVersionSummary(row),
    document: jsonObject(row, 'document'),
    source: text(row, 'source'),
    mediaType: text(row, 'media_type'),
  };
}

/** A row of `workflow_channels`. */
export function toChannel(row: Row): ChannelRecord {
  return {
    channel: text(row, 'channel'),
    version: text(row, 'version'),
    revision: number(row, 'revision'),
    updatedAt: instant(row, 'updated_at'),
  };
}

/** A row of `workflows` joined with its latest version and its channels (`channels`). */
export function toWorkflow(row: Row): WorkflowRecord {
  const channels = jsonArray(row, 'channels').map((channel: Json) => trusted<ChannelRecord>(channel));
  const latest = row['version'] === null ? null : toVersionSummary(row);
  return {
    name: text(row, 'workflow_name'),
    namespace: text(row, 'workflow_namespace'),
    createdAt: instant(row, 'created_at'),
    latest,
    channels: channels.map((channel) => ({
      ...channel,
      updatedAt: new Date(channel.updatedAt).toISOString(),
    })),
  };
}
