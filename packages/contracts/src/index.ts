export { PLATFORM_ROLES, type Action, type PlatformRole } from './actions.ts';
export { parseAgentBody, toAgentBody } from './agent-version-codec.ts';
export {
  agentHealth,
  agentRegistration,
  type Agent,
  type AgentHealth,
  type AgentRegistration,
  type AgentRegistrationRequest,
  type AgentVersion,
  type InvocationRequest,
} from './agents.ts';
export {
  MAX_DEFINITION_BYTES,
  parseSource,
  validateSource,
  type ParsedSource,
  type SourceFormat,
  type SourcePosition,
  type SourceProblem,
  type ValidatedSource,
} from './definition-source.ts';
export type { Decision, DecisionRequest, HumanTask, HumanTaskListQuery } from './human-tasks.ts';
export { validateJsonSchema, type JsonSchemaLimits, type SchemaProblem } from './json-schema.ts';
export { openApiDocument } from './openapi.ts';
export type { Readiness } from './operation-routes.ts';
export { pointerOf } from './pointer.ts';
export type { ProblemDocument, RunError } from './problem.ts';
export { MAX_BODY_BYTES, MAX_VALUE_BYTES, type Route, type RouteBody, type RouteHeader } from './route.ts';
export { artifact, type Artifact } from './artifact-routes.ts';
export { routeList, routes, type OperationId } from './routes.ts';
export {
  endsRun,
  liveFrame,
  RUN_EVENT_TYPES,
  type LiveFrame,
  type RunEvent,
  type RunEventType,
} from './run-events.ts';
export type {
  DryRunRequest,
  DryRunResult,
  Run,
  RunListQuery,
  RunStartRequest,
  SignalReceipt,
  Step,
} from './runs.ts';
export { checkShape, type MemberNoun, type Shaped, type ShapeProblem } from './shape.ts';
export type { Page } from './values.ts';
export type {
  Channel,
  ChannelChangeRequest,
  Graph,
  Validation,
  Workflow,
  WorkflowVersion,
} from './workflows.ts';
