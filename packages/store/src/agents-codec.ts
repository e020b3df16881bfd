import type { AgentRecord, AgentVersionRecord } from './agents.ts';
import { instant, instantOrNull, jsonObject, text, textOrNull, type Row } from './row-codec.ts';

/** A row of `agent_versions`. */
export function toAgentVersion(row: Row): AgentVersionRecord {
  return {
    name: text(row, 'name'),
    version: text(row, 'version'),
    adapter: text(row, 'adapter'),
    title: textOrNull(row, 'title'),
    body: jsonObject(row, 'body'),
    contentHash: text(row, 'content_hash'),
    owner: text(row, 'owner'),
    ownerName: textOrNull(row, 'owner_name'),
    createdAt: instant(row, 'created_at'),
    archivedAt: instantOrNull(row, 'archived_at'),
  };
}

/** A row of `agents` joined with its latest version. */
export function toAgent(row: Row): AgentRecord {
  return {
    name: text(row, 'agent_name'),
    createdAt: instant(row, 'agent_created_at'),
    latest: row['version'] === null ? null : toAgentVersion(row),
  };
}
