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
export { createAdapters } from './adapters.ts';
export { answerToFailure, toAgentFailure, type FailedAnswer, type FailureParams } from './failure.ts';
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
