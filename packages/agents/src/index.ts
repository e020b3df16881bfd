export {
  AgentFailureError,
  type Adapter,
  type AgentEvent,
  type AgentRequest,
  type AgentResume,
  type Capabilities,
  type ConfigProblem,
  type Health,
  type HealthContext,
  type InvokeContext,
  type ParsedConfig,
} from './adapter.ts';
export { createAdapters, type AdaptersParams } from './adapters.ts';
export { answerToFailure, type FailedAnswer, type FailureParams } from './answer-failure.ts';
export { CIRCUIT_OPEN, tellsOfLife, tellsOfOutage, toAgentFailure } from './failure.ts';
export { createNodeAgents, type NodeAgents, type NodeAgentsParams } from './framework/node-agents.ts';
export { createAdapterRegistry, unknownAdapter, type AdapterRegistry } from './registry.ts';
export {
  readSecrets,
  redactor,
  resolveSecrets,
  withSecrets,
  type SecretMentions,
  type SecretResolver,
  type SecretValues,
} from './secrets.ts';
