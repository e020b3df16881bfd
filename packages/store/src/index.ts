export type { CallsAhead } from './agent-call-ahead.ts';
export type { Admission, AgentCallRepository, AskedCall, ReleasedCall } from './agent-calls.ts';
export type { AgentCircuit, AgentCircuitRepository, CircuitCall, CircuitRules } from './agent-circuits.ts';
export type { AgentReplyRepository, KeptReply } from './agent-replies.ts';
export type {
  AgentListParams,
  AgentRecord,
  AgentRepository,
  AgentVersionRecord,
  NewAgentVersion,
  RegisterResult,
} from './agents.ts';
export type { ArtifactRecord, ArtifactRepository, FileRecord, NewFile } from './artifacts.ts';
export { mintCallbackToken, readCallbackToken, type CallbackToken } from './callback-token.ts';
export type {
  AwaitedCallback,
  CallbackBody,
  CallbackOutcome,
  CallbackRepository,
  NewCallback,
} from './callbacks.ts';
export { isDatabaseUnavailable } from './database-errors.ts';
export type {
  DecideParams,
  DecideResult,
  DecisionChannel,
  DecisionRecord,
  Evaluate,
  LockedTask,
  NewDecision,
  Verdict,
} from './decisions.ts';
export type {
  AppendResult,
  ConfirmParams,
  ConfirmResult,
  EventListParams,
  EventOrigin,
  EventRecord,
  EventRepository,
  SinkBatch,
  SinkEvent,
} from './events.ts';
export type {
  FrameListParams,
  FrameRecord,
  FrameRepository,
  FrameType,
  NewFrame,
  StepKey,
} from './frames.ts';
export type { Assignee, HumanTaskListParams } from './human-task-list.ts';
export type {
  Actor,
  ClaimParams,
  ClaimResult,
  FinishParams,
  FinishResult,
  HumanTaskKind,
  HumanTaskRecord,
  HumanTaskRepository,
  HumanTaskStep,
  NewHumanTask,
  OutcomeRecord,
  UnacknowledgedTask,
} from './human-tasks.ts';
export type {
  BeginResult,
  IdempotencyClaim,
  IdempotencyParams,
  IdempotencyRepository,
  RecordedResponse,
} from './idempotency.ts';
export { migrate, type MigrateParams } from './migrate.ts';
export {
  parseRunNotice,
  type Channel,
  type Notification,
  type Notifications,
  type NotifiedRun,
} from './notifications.ts';
export type {
  NewOutboxMessage,
  OutboxKind,
  OutboxMessage,
  OutboxRepository,
  TakeDueParams,
} from './outbox.ts';
export type { Page, PageParams } from './page.ts';
export type { BeginRetellParams, RetellRun, RetellListParams, RetellRepository } from './retell.ts';
export type { FinishedRetelling, FinishRetellParams } from './retell-finish.ts';
export type { RunListParams } from './run-list.ts';
export type {
  AcceptResult,
  IdleRun,
  LoopParams,
  NewRun,
  OutsideEnd,
  Provisional,
  ProvisionalRun,
  RunKind,
  RunRecord,
  RunRepository,
  RunUsage,
  UnstartedRun,
  WaitingFor,
} from './runs.ts';
export type { StepAttempt, StepRecord, StepRepository, StepWait } from './steps.ts';
export { createStore, type Store, type StoreParams } from './store.ts';
export type {
  ChannelRecord,
  NewWorkflowVersion,
  PublishResult,
  SetChannelParams,
  SetChannelResult,
  VersionChoice,
  WorkflowRecord,
  WorkflowRepository,
  WorkflowVersionRecord,
  WorkflowVersionSummary,
} from './workflows.ts';
export { DEFAULT_WORKSPACE, type WorkspaceRecord, type WorkspaceRepository } from './workspaces.ts';
export { parseRange, parseVersion, compareVersions, type Range, type Version } from './semver.ts';
export type { AppRole } from './app-role.ts';
