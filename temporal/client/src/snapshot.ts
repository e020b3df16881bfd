import {
  ENGINE_VERSION,
  parseDefinition,
  type CallAgentTask,
  type Definition,
  type Json,
  type JsonObject,
  type PinnedAgent,
  type RunId,
  type Scope,
  type Snapshot,
  type TaskList,
} from '@baton/core';
import { pinAgent, type RegisteredAgent } from './pin-agent.ts';
import { pinTool, toolsOf, type ToolWish } from './pin-tools.ts';

/** Finds the newest version of an agent in a range; null when there is none that is not archived. */
export type ResolveAgent = (scope: Scope, name: string, range?: string) => Promise<RegisteredAgent | null>;

/** What a run is accepted with. */
export interface SnapshotParams {
  readonly scope: Scope;
  readonly runId: RunId;
  /** A valid definition, as it was published. */
  readonly document: JsonObject;
  /** The same, parsed; default: it is parsed here. */
  readonly definition?: Definition;
  readonly requester: string;
  /** 1 to 5; default 3. */
  readonly priority?: number;
  readonly input: Json;
}

/** A snapshot, or why the run cannot be accepted. */
export type SnapshotResult =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | {
      readonly ok: false;
      readonly problems: readonly { readonly pointer: string; readonly detail: string }[];
    };

/** Pins every agent that a definition calls, and makes all that the run needs until its end. */
export async function buildSnapshot(resolve: ResolveAgent, params: SnapshotParams): Promise<SnapshotResult> {
  const { definition, problems } =
    params.definition === undefined
      ? parseDefinition(params.document)
      : { definition: params.definition, problems: [] };
  if (definition === undefined) {
    return { ok: false, problems: problems.map(({ pointer, message }) => ({ pointer, detail: message })) };
  }
  const { agents, pins, problems: missing } = await pinAll(resolve, params.scope, definition);
  if (missing.length > 0) return { ok: false, problems: missing };
  const snapshot: Snapshot = {
    engine: ENGINE_VERSION,
    runId: params.runId,
    workspaceId: params.scope.workspaceId,
    definition: params.document,
    agents,
    pins,
    requester: params.requester,
    priority: params.priority ?? 3,
    input: params.input,
  };
  return { ok: true, snapshot };
}

/** Agents of one run, the ones that they call as tools included. */
const MOST_AGENTS = 500;

interface Pinned {
  readonly agents: Readonly<Record<string, PinnedAgent>>;
  readonly pins: Readonly<Record<string, string>>;
  readonly problems: readonly { readonly pointer: string; readonly detail: string }[];
}

/** Pins what the tasks call, then what those agents call as tools, and so on. */
async function pinAll(resolve: ResolveAgent, scope: Scope, { tasks }: Definition): Promise<Pinned> {
  const problems: { pointer: string; detail: string }[] = [];
  const agents: Record<string, PinnedAgent> = {};
  const pins: Record<string, string> = {};
  let calls = agentCalls(tasks);
  while (calls.length > 0 && Object.keys(agents).length <= MOST_AGENTS) {
    const resolved = await resolveAll(resolve, scope, calls);
    const next: AgentCall[] = [];
    for (const call of calls) {
      const found = resolved.get(wishOf(call)) ?? null;
      if (found === null) {
        problems.push({ pointer: call.pointer, detail: absent(call) });
        continue;
      }
      const key = `${found.name}@${found.version}`;
      if (!Object.hasOwn(agents, key)) {
        agents[key] = pinAgent(found);
        next.push(...toolCalls(found, key, call.pointer));
      }
      const { caller } = call;
      if (caller === undefined) pins[call.pointer] = key;
      else agents[caller.key] = withTool(agents, caller, key);
    }
    calls = next;
  }
  if (calls.length > 0) problems.push({ pointer: '/do', detail: crowded });
  return { agents, pins, problems };
}

const crowded = `The agents of the definition call more than ${MOST_AGENTS} others as tools, the most there may be.`;

/** The calls that an agent makes of others as its tools; a problem with them belongs to the task that calls it. */
function toolCalls({ body }: RegisteredAgent, key: string, pointer: string): readonly AgentCall[] {
  return toolsOf(body).map((wish) => {
    const { agent, version } = wish;
    return { pointer, agent, ...(version === undefined ? {} : { version }), caller: { key, wish } };
  });
}

function withTool(
  agents: Readonly<Record<string, PinnedAgent>>,
  { key, wish }: ToolCaller,
  tool: string,
): PinnedAgent {
  const caller = agents[key];
  if (caller === undefined) throw new Error(`Agent ${key} is not pinned.`);
  return { ...caller, tools: { ...caller.tools, [wish.tool]: pinTool(wish, tool) } };
}

/** What each wish for an agent gives; one that is made many times is looked up once. */
async function resolveAll(
  resolve: ResolveAgent,
  scope: Scope,
  calls: readonly AgentCall[],
): Promise<ReadonlyMap<string, RegisteredAgent | null>> {
  const wishes = new Map(calls.map((call) => [wishOf(call), call]));
  const found = await Promise.all(
    [...wishes].map(
      async ([wish, { agent, version }]) => [wish, await resolve(scope, agent, version)] as const,
    ),
  );
  return new Map(found);
}

function wishOf({ agent, version }: AgentCall): string {
  return JSON.stringify([agent, version]);
}

interface AgentCall {
  readonly pointer: string;
  readonly agent: string;
  readonly version?: string;
  /** When it is the tool of another agent. */
  readonly caller?: ToolCaller;
}

interface ToolCaller {
  /** Key of the agent that calls. */
  readonly key: string;
  readonly wish: ToolWish;
}

function agentCalls(tasks: TaskList): readonly AgentCall[] {
  return tasks.flatMap(({ pointer, task }) => {
    switch (task.kind) {
      case 'call-agent':
        return [callOf(pointer, task)];
      case 'do':
      case 'for':
        return agentCalls(task.tasks);
      case 'fork':
        return agentCalls(task.branches);
      case 'try':
        return [...agentCalls(task.tasks), ...agentCalls(task.catch.tasks ?? [])];
      default:
        return [];
    }
  });
}

function callOf(pointer: string, task: CallAgentTask): AgentCall {
  const { agent, version } = task.with;
  return { pointer, agent, ...(version === undefined ? {} : { version }) };
}

function absent({ agent, version, caller }: AgentCall): string {
  const who =
    caller === undefined ? '' : `, which agent "${caller.key}" calls as its tool "${caller.wish.tool}",`;
  const which =
    version === undefined
      ? 'has no version that is not archived'
      : `has no version in the range "${version}"`;
  return `Agent "${agent}"${who} ${which} in this workspace; register one with PUT /v1/agents/${agent}/versions/{version}.`;
}
