import type { Json, Scope } from '@baton/core';
import { execute, select, type Database } from './database.ts';
import { json, jsonText } from './row-codec.ts';

/** An answer to keep. */
export interface KeptReply {
  /** Hash of the agent version and the question. */
  readonly key: string;
  readonly agent: string;
  readonly version: string;
  readonly reply: Json;
  /** For how long it is given again, in milliseconds. */
  readonly ttlMs: number;
}

/** Answers of agents that are given again to the same question. */
export interface AgentReplyRepository {
  /** The answer, unless it is too old; null: there is none. */
  get(scope: Scope, key: string): Promise<Json | null>;
  /** Keeps an answer in place of an older one. */
  put(scope: Scope, reply: KeptReply): Promise<void>;
  /** Across workspaces: removes what is too old; returns how many. */
  sweep(): Promise<number>;
}

/** The repository of kept answers on a database. */
export function createAgentReplyRepository({ prisma }: Database): AgentReplyRepository {
  return {
    async get(scope, key) {
      const [row] = await select(prisma)`
        SELECT reply FROM agent_replies
        WHERE workspace_id = ${scope.workspaceId}::uuid AND key = ${key} AND expires_at > now()`;
      return row === undefined ? null : json(row, 'reply');
    },
    async put(scope, { key, agent, version, reply, ttlMs }) {
      await execute(prisma)`
        INSERT INTO agent_replies (workspace_id, key, agent, version, reply, expires_at)
        VALUES (${scope.workspaceId}::uuid, ${key}, ${agent}, ${version}, ${jsonText(reply)}::json,
                now() + ${ttlMs}::float8 * interval '1 millisecond')
        ON CONFLICT (workspace_id, key) DO UPDATE
        SET reply = excluded.reply, created_at = now(), expires_at = excluded.expires_at`;
    },
    sweep: () => execute(prisma)`DELETE FROM agent_replies WHERE expires_at <= now()`,
  };
}
