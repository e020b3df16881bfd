import type { AdapterRegistry } from '@baton/agents';
import { isObject, type Json, type JsonObject } from '@baton/core';
import { parseAgentBody, type Agent, type AgentVersion } from '@baton/contracts';
import type { AgentRecord, AgentVersionRecord } from '@baton/store';

const SECRET =
  /^(?:authorization|api-?key|x-api-key|token|password|secret|client-?secret|access-?token|refresh-?token)$/i;

/** What of an authentication block is no secret. */
const PUBLIC = new Set(['username', 'name']);

/** A version as the API shows it; what looks like a credential in its config is never shown, unless it only names a secret. */
export function toAgentVersion(record: AgentVersionRecord, adapters: AdapterRegistry): AgentVersion {
  const body = parseAgentBody(record.body);
  const capabilities = adapters.find(body.adapter)?.capabilities ?? null;
  return {
    name: record.name,
    version: record.version,
    adapter: body.adapter,
    ...(body.title === undefined ? {} : { title: body.title }),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.tags === undefined ? {} : { tags: body.tags }),
    config: maskedObject(body.config),
    ...(body.input === undefined ? {} : { input: body.input }),
    ...(body.output === undefined ? {} : { output: body.output }),
    ...(body.cost === undefined ? {} : { cost: body.cost }),
    ...(body.concurrency === undefined ? {} : { concurrency: body.concurrency }),
    ...(body.cache === undefined ? {} : { cache: body.cache }),
    ...(body.limits === undefined ? {} : { limits: body.limits }),
    timeout: body.timeout,
    retry: body.retry,
    effects: body.effects,
    capabilities:
      capabilities === null
        ? null
        : {
            streaming: capabilities.streaming,
            sessions: capabilities.sessions,
            pauses: capabilities.pauses,
            cancel: capabilities.cancel,
            files: capabilities.files,
          },
    owner: record.owner,
    createdAt: record.createdAt,
    archivedAt: record.archivedAt,
  };
}

/** An agent as the API shows it. */
export function toAgent(record: AgentRecord, adapters: AdapterRegistry): Agent {
  const { name, createdAt, latest } = record;
  return { name, createdAt, latest: latest === null ? null : toAgentVersion(latest, adapters) };
}

function maskedObject(value: JsonObject, isSecret: (key: string) => boolean = looksSecret): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const hides = isSecret(key) && typeof member === 'string' && !member.startsWith('$secrets.');
      return [key, hides ? '***' : masked(member, key === 'authentication' ? isCredential : isSecret)];
    }),
  );
}

const looksSecret = (key: string): boolean => SECRET.test(key);
const isCredential = (key: string): boolean => !PUBLIC.has(key);

function masked(value: Json, isSecret: (key: string) => boolean): Json {
  if (Array.isArray(value)) return value.map((item: Json) => masked(item, isSecret));
  return isObject(value) ? maskedObject(value, isSecret) : value;
}
