import type { Channel, Workflow, WorkflowVersion } from '@baton/contracts';
import type { ChannelRecord, WorkflowRecord, WorkflowVersionSummary } from '@baton/store';

/** A version as the API shows it. */
export function toWorkflowVersion(record: WorkflowVersionSummary): WorkflowVersion {
  const { name, namespace, version, title, author, publishedAt, archivedAt } = record;
  return { name, namespace, version, title, author, publishedAt, archivedAt };
}

/** A channel as the API shows it. */
export function toChannel(record: ChannelRecord): Channel {
  const { channel, version, updatedAt } = record;
  return { channel, versions: [{ version, weight: 100 }], updatedAt };
}

/** A workflow as the API shows it. */
export function toWorkflow(record: WorkflowRecord): Workflow {
  const { name, namespace, createdAt, latest, channels } = record;
  return {
    name,
    namespace,
    createdAt,
    latest: latest === null ? null : toWorkflowVersion(latest),
    channels: channels.map(toChannel),
  };
}

/** The ETag of a channel. */
export function channelTag(record: ChannelRecord): string {
  return `"${record.revision}"`;
}
