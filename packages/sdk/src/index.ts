export type { AgentQuery, AgentsClient } from './agents.ts';
export { createClient, type Client, type ClientOptions } from './client.ts';
export { BatonError } from './error.ts';
export type { LiveFrame, RunStreamEvent } from './event-codec.ts';
export type { DecisionChoice, HumanTasksClient, ReadHumanTask, TaskToChange } from './human-tasks.ts';
export type { StartOptions } from './prefer.ts';
export type { EventOptions } from './run-events.ts';
export type { EndOptions, RunsClient, SignalOptions } from './runs.ts';
export type { CallOptions, Json, OnceOptions } from './transport.ts';
export type {
  ChannelsClient,
  DefinitionSource,
  PageQuery,
  ReadChannel,
  VersionRef,
  WorkflowsClient,
} from './workflows.ts';
