import type { JsonObject } from '@baton/core';
import { agentRegistration, type AgentRegistration } from './agents.ts';

/** A registration as the registry keeps it: with every default, and without name and version. */
export function toAgentBody(registration: AgentRegistration): JsonObject {
  const { name: _name, version: _version, ...body } = registration;
  return body as JsonObject;
}

/** Reads what {@link toAgentBody} kept. Throws when it is something else. */
export function parseAgentBody(body: JsonObject): AgentRegistration {
  return agentRegistration.parse(body);
}
