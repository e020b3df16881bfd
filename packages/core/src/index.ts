export { canonicalJson } from './canonical.ts';
export {
  AppError,
  canonicalErrorType,
  errorType,
  failure,
  toProblem,
  type AppErrorCode,
  type AppErrorParams,
  type BodyProblem,
  type ErrorKind,
  type Failure,
  type Problem,
} from './failure.ts';
export { readFailure } from './failure-codec.ts';
export {
  compileExpression,
  ExpressionError,
  type CompiledExpression,
  type ExpressionOptions,
} from './expression.ts';
export { parseJson } from './json-codec.ts';
export { isArray, isObject, jsonEquals, own, type Json, type JsonObject } from './json.ts';
export {
  isDecided,
  isTerminal,
  STATUSES,
  type Delivery,
  type HumanTaskStatus,
  type Status,
  type StepStatus,
} from './status.ts';

export type {
  Authentication,
  CallAgentTask,
  CallHttpTask,
  CallHumanTask,
  DataHook,
  Definition,
  DefinitionProblem,
  Duration,
  EmitTask,
  ErrorFilter,
  EventFilter,
  Expression,
  HumanAction,
  ListenTask,
  PolicySpec,
  RetryPolicy,
  RunWorkflowTask,
  Schema,
  Task,
  TaskFields,
  TaskItem,
  TaskList,
  Template,
} from './definition/definition.ts';
export {
  addUsage,
  DEFAULT_LIMITS,
  DEFAULT_RETRY,
  NO_USAGE,
  answersLater,
  type AgentBudget,
  type AgentPause,
  type AgentRepair,
  type AgentReply,
  type AgentCache,
  type AgentConcurrency,
  type AgentLimits,
  type ReplyEvent,
  type AgentRetry,
  type Effects,
  type PauseItem,
  type PinnedAgent,
  type PinnedTool,
  type Usage,
} from './agent.ts';
export { isUuid, workflowIdOf, type HumanTaskId, type RunId, type Scope, type WorkspaceId } from './ids.ts';
export { parseHumanTaskId, parseRunId, parseWorkflowId, parseWorkspaceId } from './ids-codec.ts';
export type { NumberedTrace, StepRef, TraceEvent, WaitKind } from './interpreter/trace.ts';
export type {
  Command,
  HttpRequest,
  HumanTaskRequest,
  InterpreterEvent,
  OpenCommand,
} from './interpreter/commands.ts';
export { ENGINE_VERSION, type Snapshot } from './interpreter/snapshot.ts';
export type { Outcome, RunState } from './interpreter/state.ts';
export { expressionSource, readTemplateString, type TemplateString } from './definition/expression-text.ts';
export { MAX_STATE_BYTES, MAX_VALUE_BYTES } from './interpreter/data.ts';
export { MAX_INBOX } from './interpreter/inbox.ts';
export { createInterpreter, type Interpreter } from './interpreter/interpreter.ts';
export type { InterpreterParams, ValidateSchema } from './interpreter/load.ts';
export { MAX_STEPS, type TurnResult } from './interpreter/settle.ts';
export {
  DEEPEST_DEFINITION,
  MOST_TASKS,
  parseDefinition,
  type ParsedDefinition,
} from './definition/parse-definition.ts';
export type { AgentReference, WorkflowReference } from './definition/references.ts';
export {
  DURATION_KEYS,
  durationObjectToMs,
  formatIsoDuration,
  LONGEST_DURATION_MS,
  parseIsoDuration,
} from './duration.ts';
export { compareVersions, isName, isVariableName, isVersion, isVersionRange, satisfies } from './names.ts';
export { subjectHash, type Subject } from './subject.ts';
export { excerpt, storableText } from './excerpt.ts';
export { uuidFromHash } from './uuid.ts';
export { definitionGraph, type DefinitionGraph, type GraphEdge, type GraphNode } from './graph.ts';
export { toMermaid, type StatusOf } from './mermaid.ts';
export {
  evaluatePolicy,
  isEligible,
  type Actor,
  type Eligibility,
  type Verdict,
  type Vote,
} from './policy.ts';
export { dryRun, type DryRunParams, type DryRunResult, type Mocks } from './dry-run.ts';
export { boundedSentence, boundPatterns } from './definition/bounded-patterns.ts';
export { jsonSchemaProblems } from './definition/schema.ts';
