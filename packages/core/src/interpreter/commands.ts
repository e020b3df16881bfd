import type { AgentBudget, AgentRepair } from '../agent.ts';
import type { Authentication, HumanAction, PolicySpec, Schema } from '../definition/definition.ts';
import type { Failure } from '../failure.ts';
import type { Json, JsonObject } from '../json.ts';
import type { StepRef } from './trace.ts';

/** An HTTP request with every expression evaluated. */
export interface HttpRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly authentication?: Authentication;
  readonly redirect: boolean;
  readonly output: 'content' | 'response' | 'raw';
}

/** A human task with every expression evaluated. Instants are RFC 3339 in UTC. */
export interface HumanTaskRequest {
  readonly kind: 'approval';
  readonly title: string;
  readonly body?: string;
  readonly context?: Json;
  readonly form?: Schema;
  readonly actions: readonly HumanAction[];
  readonly policy: PolicySpec;
  readonly priority?: number;
  readonly dueAt?: string;
  readonly expiresAt?: string;
  readonly onExpire: 'reject';
  /** How often this step has been decided before: part of what a decision is bound to. */
  readonly visit: number;
}

/** What every command says. */
interface CommandFields {
  /** Number of the command in its run; the answer carries it. */
  readonly id: number;
  readonly step: StepRef;
}

/** An effect that the reducer asks for. */
export type Command =
  | (CommandFields & {
      readonly kind: 'invoke-agent';
      readonly idempotencyKey: string;
      /** Key in the snapshot's agents. */
      readonly agent: string;
      readonly input: Json;
      readonly session?: string;
      /** When the agent had paused: what it needs to go on, and what a person has answered. */
      readonly resume?: { readonly state: Json; readonly answer: JsonObject };
      /** When its answer before did not match its schema. */
      readonly repair?: AgentRepair;
      /** What is left of the agent's limits, when it has any. */
      readonly budget?: AgentBudget;
      /** Whether it may run as a local activity. */
      readonly local: boolean;
      readonly timeoutMs: number;
      /** Whether it is known to wait until the agent can be called. */
      readonly queued?: true;
    })
  | (CommandFields & {
      readonly kind: 'call-http';
      readonly idempotencyKey: string;
      readonly request: HttpRequest;
      readonly local: boolean;
      readonly timeoutMs: number;
    })
  | (CommandFields & {
      readonly kind: 'open-human-task';
      readonly idempotencyKey: string;
      readonly task: HumanTaskRequest;
    })
  | (CommandFields & {
      readonly kind: 'start-run';
      readonly idempotencyKey: string;
      readonly workflow: { readonly namespace: string; readonly name: string; readonly version: string };
      readonly input: Json;
      readonly await: boolean;
    })
  | (CommandFields & {
      readonly kind: 'start-timer';
      /** Epoch milliseconds at which it fires. */
      readonly dueAt: number;
      readonly purpose: 'wait' | 'timeout' | 'retry';
    })
  /** Come back with a `continue` event in a new workflow task: cancels are seen in between. */
  | { readonly kind: 'yield' }
  /** The answer of this command is not wanted any more. */
  | { readonly kind: 'cancel'; readonly target: number };

/** Commands that are open until they are answered. */
export type OpenCommand = Exclude<Command, { kind: 'yield' } | { kind: 'cancel' }>;

/** An event of the outside world, fed to the reducer. */
export type InterpreterEvent =
  | { readonly kind: 'completed'; readonly command: number; readonly result: Json }
  | { readonly kind: 'failed'; readonly command: number; readonly failure: Failure }
  | { readonly kind: 'fired'; readonly command: number }
  /** News of a command that stays open. */
  | { readonly kind: 'human-task-opened'; readonly command: number; readonly humanTaskId: string }
  | { readonly kind: 'child-started'; readonly command: number; readonly childRunId: string }
  /** As many calls of the agent as may be are under way; this one keeps its place among those that wait. */
  | { readonly kind: 'call-queued'; readonly command: number }
  /** The call that has waited is made now. */
  | { readonly kind: 'call-admitted'; readonly command: number }
  /** The agent has said that it will answer, at the latest at this instant. */
  | { readonly kind: 'answer-awaited'; readonly command: number; readonly until: string }
  /** A CloudEvent for a `listen`. */
  | { readonly kind: 'signal'; readonly event: JsonObject }
  | { readonly kind: 'cancel'; readonly reason: string }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'continue' };
