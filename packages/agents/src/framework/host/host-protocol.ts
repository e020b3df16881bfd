import type { AgentReply, Failure, Json, JsonObject } from '@baton/core';
import type { AgentEvent, AgentResume } from '../../adapter.ts';

/** The module that a host loads. */
export type HostModule =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'artifact'; readonly sha256: string; readonly source: string };

/** What makes one agent of a module. */
export interface AgentOrder {
  readonly framework: 'langchain' | 'langgraph';
  readonly export: string;
  /** Secrets are in their places. */
  readonly parameters: JsonObject;
}

/** The first line to a host: what it serves for all its life. */
export interface LoadOrder extends AgentOrder {
  /** Absolute path of the folder of agents; packages are found from there. */
  readonly root: string;
  readonly module: HostModule;
}

/** One question to a host. */
export interface HostCall {
  /** How failures call the agent, such as `Agent "writer"`. */
  readonly label: string;
  readonly input: Json;
  readonly session?: string;
  readonly resume?: AgentResume;
  readonly idempotencyKey: string;
  readonly runId: string;
}

/** A later line to a host. */
export interface CallOrder {
  readonly id: number;
  readonly call: HostCall;
}

/** Files that an agent was loaded from, outside of packages: their paths and the SHA-256 of what was read. */
export type LoadedFiles = Readonly<Record<string, string>>;

/** A line of a host. */
export type HostLine =
  | { readonly ready: LoadedFiles }
  /** It could not be loaded; the host ends. */
  | { readonly refused: Failure }
  | { readonly id: number; readonly event: AgentEvent }
  | { readonly id: number; readonly reply: AgentReply }
  | { readonly id: number; readonly error: Failure };
