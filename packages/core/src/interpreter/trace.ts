import type { ReplyEventMarks, ToolCall, ToolResult, Usage } from '../agent.ts';
import type { Problem } from '../failure.ts';
import type { Json } from '../json.ts';

/** Where an event happened in the run's tree of steps. */
export interface StepRef {
  /** Number of the step in its run, from 1; a step is one execution of one task. */
  readonly id: number;
  /** Number of the step around it; 0 for steps of the top level. */
  readonly parent: number;
  /** JSON Pointer of the task in the definition, `/do/0/charge`; with `/tools/<name>` after it for a tool of its agent. */
  readonly path: string;
  readonly name: string;
  /** Kind of the task (`set`, `call-agent` …); `iteration` for one round of a `for`, `tool` for a tool that an agent calls. */
  readonly kind: string;
  /** Index in the enclosing `for`, when there is one. */
  readonly iteration?: number;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
}

/** Why a run or a step waits. */
export type WaitKind = 'human' | 'timer' | 'event' | 'retry' | 'run' | 'agent' | 'capacity';

/** Something that an agent told or did on the way to an answer that is recorded. */
interface FromAgent extends ReplyEventMarks {
  readonly step: StepRef;
  readonly agent: string;
  readonly version: string;
}

/** What happened, as readers of a run see it. */
export type TraceEvent =
  | { readonly type: 'run.started'; readonly input: Json }
  | { readonly type: 'run.waiting' }
  | { readonly type: 'run.resumed' }
  | { readonly type: 'run.suspended' }
  | { readonly type: 'run.completed'; readonly output: Json; readonly usage: Usage }
  | { readonly type: 'run.faulted'; readonly error: Problem; readonly usage: Usage }
  | { readonly type: 'run.canceled'; readonly reason: string; readonly usage: Usage }
  | { readonly type: 'step.started'; readonly step: StepRef; readonly input: Json }
  | {
      readonly type: 'step.waiting';
      readonly step: StepRef;
      readonly waitKind: WaitKind;
      readonly until?: string;
      readonly humanTaskId?: string;
      readonly childRunId?: string;
    }
  /** What the step has waited for is there: its call is made now. */
  | { readonly type: 'step.resumed'; readonly step: StepRef }
  | {
      readonly type: 'step.retrying';
      readonly step: StepRef;
      readonly error: Problem;
      /** Instant of the next attempt. */
      readonly nextAttemptAt: string;
    }
  | { readonly type: 'step.completed'; readonly step: StepRef; readonly output: Json; readonly usage?: Usage }
  | { readonly type: 'step.faulted'; readonly step: StepRef; readonly error: Problem }
  | { readonly type: 'step.canceled'; readonly step: StepRef }
  | { readonly type: 'step.skipped'; readonly step: StepRef }
  | {
      readonly type: 'agent.usage';
      readonly step: StepRef;
      readonly agent: string;
      readonly version: string;
      readonly usage: Usage;
      /** Whether the agent was not asked, but an earlier answer given again. */
      readonly cached?: true;
    }
  | (FromAgent & { readonly type: 'agent.message'; readonly text: string })
  | (FromAgent & { readonly type: 'agent.tool_call'; readonly toolCall: ToolCall })
  | (FromAgent & { readonly type: 'agent.tool_result'; readonly toolResult: ToolResult })
  | { readonly type: 'human_task.opened'; readonly step: StepRef; readonly humanTaskId: string }
  | {
      readonly type: 'human_task.decided';
      readonly step: StepRef;
      readonly humanTaskId: string;
      readonly outcome: string;
    }
  | { readonly type: 'event.emitted'; readonly step: StepRef; readonly event: Json };

/** A trace event with its number in the run (from 1, without gaps) and the workflow's own time. */
export type NumberedTrace = TraceEvent & { readonly seq: number; readonly at: string };
