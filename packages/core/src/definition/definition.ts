import type { Json, JsonObject } from '../json.ts';

/** Source of a jq expression, without the surrounding `${ }`. */
export type Expression = string;

/** A JSON value in which every string that is `${ … }` as a whole is an expression. */
export type Template = Json;

/** A length of time: known when parsed, or computed when the task runs (an ISO 8601 text or a duration object). */
export type Duration = { readonly ms: number } | { readonly expression: Expression };

/** A JSON Schema given in the definition. */
export type Schema = JsonObject | boolean;

/** What a data hook does: checks a value and transforms it. */
export interface DataHook {
  readonly schema?: Schema;
  /** `from` of inputs, `as` of outputs and exports: an expression (string) or a template (anything else). */
  readonly transform?: { readonly expression: Expression } | { readonly template: Template };
}

/** A parsed workflow definition. Names under `use` are resolved; every task knows its pointer. */
export interface Definition {
  readonly document: {
    readonly dsl: string;
    readonly namespace: string;
    readonly name: string;
    readonly version: string;
    readonly title?: string;
    readonly summary?: string;
    readonly tags: Readonly<Record<string, string>>;
  };
  readonly input: DataHook;
  readonly output: DataHook;
  readonly timeout?: Duration;
  readonly tasks: TaskList;
}

/** The tasks of one scope, in order. */
export type TaskList = readonly TaskItem[];

/** A named task at its place. */
export interface TaskItem {
  readonly name: string;
  /** JSON Pointer into the document, `/do/0/charge`. */
  readonly pointer: string;
  readonly task: Task;
}

/** What every task may say. */
export interface TaskFields {
  readonly if?: Expression;
  readonly input: DataHook;
  readonly output: DataHook;
  readonly export: DataHook;
  readonly timeout?: Duration;
  /** `continue` (default), `exit`, `end`, or the name of a task in the same scope. */
  readonly then?: string;
}

export interface DoTask extends TaskFields {
  readonly kind: 'do';
  readonly tasks: TaskList;
}

export interface SetTask extends TaskFields {
  readonly kind: 'set';
  /** A template; a string that is an expression gives the whole value. */
  readonly value: Template;
}

export interface SwitchTask extends TaskFields {
  readonly kind: 'switch';
  readonly cases: readonly { readonly name: string; readonly when?: Expression; readonly then: string }[];
}

export interface ForTask extends TaskFields {
  readonly kind: 'for';
  readonly each: string;
  readonly at: string;
  /** An expression that gives an array; or a template that is one. */
  readonly in: { readonly expression: Expression } | { readonly template: Template };
  readonly while?: Expression;
  /** Iterations open at once, 1 to 500. */
  readonly concurrency: number;
  readonly tasks: TaskList;
}

export interface ForkTask extends TaskFields {
  readonly kind: 'fork';
  readonly compete: boolean;
  readonly branches: TaskList;
}

/** Which errors a `catch` takes: every field given must match. */
export interface ErrorFilter {
  readonly type?: string;
  readonly status?: number;
  readonly instance?: string;
  readonly title?: string;
  readonly detail?: string;
}

/** How a `catch` tries again. */
export interface RetryPolicy {
  readonly when?: Expression;
  readonly exceptWhen?: Expression;
  /** Wait before the first retry; 0 when absent. */
  readonly delay?: Duration;
  readonly backoff: 'constant' | 'linear' | 'exponential';
  readonly limit: {
    /** Attempts in all, the first one included… of retries: see docs/language.md. */
    readonly count?: number;
    /** Longest time one attempt may take. */
    readonly attemptDuration?: Duration;
    /** Longest time all attempts may take together. */
    readonly duration?: Duration;
  };
  readonly jitter?: { readonly from: Duration; readonly to: Duration };
}

export interface TryTask extends TaskFields {
  readonly kind: 'try';
  readonly tasks: TaskList;
  readonly catch: {
    readonly with: ErrorFilter;
    readonly as: string;
    readonly when?: Expression;
    readonly exceptWhen?: Expression;
    readonly retry?: RetryPolicy;
    readonly tasks?: TaskList;
    readonly then?: string;
  };
}

export interface RaiseTask extends TaskFields {
  readonly kind: 'raise';
  readonly error: {
    readonly type: string;
    readonly status: number;
    readonly title?: Template;
    readonly detail?: Template;
    readonly instance?: string;
  };
}

export interface WaitTask extends TaskFields {
  readonly kind: 'wait';
  readonly duration: Duration;
}

/** Matches a CloudEvent: every attribute given must be equal (`data` and text may be expressions over the event). */
export interface EventFilter {
  readonly with: JsonObject;
}

export interface ListenTask extends TaskFields {
  readonly kind: 'listen';
  readonly mode: 'one' | 'any' | 'all';
  readonly filters: readonly EventFilter[];
  readonly read: 'data' | 'envelope' | 'raw';
}

export interface EmitTask extends TaskFields {
  readonly kind: 'emit';
  /** CloudEvents attributes and data, a template. */
  readonly event: JsonObject;
}

/** Credentials of an HTTP call, templates. */
export type Authentication =
  | { readonly kind: 'basic'; readonly username: Template; readonly password: Template }
  | { readonly kind: 'bearer'; readonly token: Template };

export interface CallHttpTask extends TaskFields {
  readonly kind: 'call-http';
  readonly with: {
    readonly method: string;
    /** Text with RFC 6570 variables (`{petId}`), or an expression. */
    readonly endpoint: Template;
    readonly authentication?: Authentication;
    readonly headers?: Template;
    readonly query?: Template;
    readonly body?: Template;
    readonly output: 'content' | 'response' | 'raw';
    readonly redirect: boolean;
  };
}

export interface CallAgentTask extends TaskFields {
  readonly kind: 'call-agent';
  readonly with: {
    readonly agent: string;
    /** A version or a range; absent: the newest unarchived version. */
    readonly version?: string;
    readonly input: Template;
    readonly session?: Template;
    readonly outputSchema?: Schema;
    readonly return: 'output' | 'reply';
    /** Who answers when the agent pauses, and how long there is. */
    readonly pauses: PauseRules;
  };
}

/** How people answer what a paused agent asks. */
export interface PauseRules {
  /** Candidates may be expressions; otherwise as {@link PolicySpec}. */
  readonly policy: JsonObject;
  readonly priority?: number;
  readonly due?: Duration;
  readonly expires?: Duration;
}

/** One button of a human task. */
export interface HumanAction {
  readonly id: string;
  readonly label?: string;
  readonly outcome: 'approve' | 'reject' | 'revise' | 'custom';
  readonly requireComment: boolean;
}

/** Who may decide and how votes add up. */
export interface PolicySpec {
  readonly mode: 'any' | 'all' | 'quorum';
  /** Approvals needed in mode `quorum`. */
  readonly n?: number;
  readonly candidates: { readonly users: readonly string[]; readonly roles: readonly string[] };
  /** Whether the run's requester may not decide; true by default. */
  readonly excludeRequester: boolean;
}

export interface CallHumanTask extends TaskFields {
  readonly kind: 'call-human';
  readonly with: {
    readonly humanKind: 'approval';
    readonly title: Template;
    readonly body?: Template;
    readonly context?: Template;
    readonly form?: Schema;
    readonly actions: readonly HumanAction[];
    /** Candidates may be expressions; otherwise as {@link PolicySpec}. */
    readonly policy: JsonObject;
    readonly priority?: number;
    readonly due?: Duration;
    readonly expires?: Duration;
    readonly onReject: 'return' | 'raise';
  };
}

export interface RunWorkflowTask extends TaskFields {
  readonly kind: 'run-workflow';
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** `run.workflow.input`. */
  readonly childInput?: Template;
  readonly await: boolean;
}

/** A task of the definition. */
export type Task =
  | DoTask
  | SetTask
  | SwitchTask
  | ForTask
  | ForkTask
  | TryTask
  | RaiseTask
  | WaitTask
  | ListenTask
  | EmitTask
  | CallHttpTask
  | CallAgentTask
  | CallHumanTask
  | RunWorkflowTask;

/** What a definition gets wrong, or could do better. */
export interface DefinitionProblem {
  /** JSON Pointer into the document. */
  readonly pointer: string;
  /** A sentence that names the fix. */
  readonly message: string;
  readonly severity: 'error' | 'warning';
}
