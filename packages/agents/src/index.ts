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
export { createDifyAdapter, type DifyAdapterParams } from './dify/adapter.ts';
export { answerToFailure, toAgentFailure, type FailedAnswer, type FailureParams } from './failure.ts';
export { createFlowiseAdapter, type FlowiseAdapterParams } from './flowise/adapter.ts';
export { createHttpAdapter, type HttpAdapterParams } from './http/adapter.ts';
export { createOpenaiAdapter, type OpenaiAdapterParams } from './openai/adapter.ts';
export { createLanggraphAdapter, type LanggraphAdapterParams } from './langgraph/adapter.ts';
export { createN8nAdapter, type N8nAdapterParams } from './n8n/adapter.ts';
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
