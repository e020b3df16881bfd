import { createHash } from 'node:crypto';
import { unknownAdapter, type AdapterRegistry } from '@baton/agents';
import {
  canonicalJson,
  compileExpression,
  ExpressionError,
  expressionSource,
  isObject,
  jsonSchemaProblems,
  own,
  type AppError,
  type BodyProblem,
  type Json,
  type Scope,
  type JsonObject,
} from '@baton/core';
import { parseAgentBody, toAgentBody, type AgentHealth, type AgentRegistration } from '@baton/contracts';
import type { Egress } from '@baton/egress';
import { principalId } from '@baton/identity';
import type { AgentRecord, AgentVersionRecord, RegisterResult, Store } from '@baton/store';
import { toolsOf } from '@baton/temporal-client';
import type { Caller } from '../http/call.ts';
import { conflict, invalid, notFound } from '../http/refusals.ts';

/** What agents need. */
export interface AgentPorts {
  readonly store: Pick<Store, 'agents' | 'agentCircuits'>;
  readonly adapters: AdapterRegistry;
  readonly egress: Egress;
  /** RFC 3339 time. */
  readonly now: () => string;
}

/** Which version is registered. */
export interface RegisterTarget {
  readonly name: string;
  readonly version: string;
}

/** Registering and probing agents. */
export interface AgentService {
  /** What can be told of a registration whose shape is wrong: an adapter that is not known. */
  review(given: Json): readonly BodyProblem[];
  /** Throws 422 with every problem, 409 when the version exists with other content. */
  register(caller: Caller, target: RegisterTarget, registration: AgentRegistration): Promise<RegisterResult>;
  /** Asks the newest version's endpoint whether it is there. Throws 404 when every version is archived. */
  probe(scope: Scope, agent: AgentRecord, signal: AbortSignal): Promise<AgentHealth>;
}

const PROBE_TIMEOUT_MS = 10_000;

/** Creates the service. */
export function createAgentService(ports: AgentPorts): AgentService {
  return {
    review: (given) => adapterProblems(ports.adapters, isObject(given) ? own(given, 'adapter') : undefined),
    register: (caller, target, registration) => register(ports, caller, { target, registration }),
    probe: (scope, agent, signal) => probe(ports, agent, { scope, signal }),
  };
}

async function register(
  ports: AgentPorts,
  caller: Caller,
  { target, registration }: { readonly target: RegisterTarget; readonly registration: AgentRegistration },
): Promise<RegisterResult> {
  const problems = [...mismatches(target, registration), ...problemsOf(ports.adapters, registration)];
  if (problems.length > 0) throw invalid('The agent cannot be registered like this.', problems);
  const body = toAgentBody(registration);
  const unknown = await unknownTools(ports, caller, { target, body });
  if (unknown.length > 0) throw invalid('The agent cannot be registered like this.', unknown);
  const { adapter, title } = registration;
  const result = await ports.store.agents.register(caller.scope, {
    ...target,
    adapter,
    ...(title === undefined ? {} : { title }),
    body,
    contentHash: createHash('sha256').update(canonicalJson(body)).digest('hex'),
    owner: principalId(caller.principal),
    ownerName: caller.principal.name,
  });
  if (result.outcome === 'conflict') throw exists(target);
  return result;
}

/** Tools whose agents are not there; an agent may be its own tool. A version that exists already is not judged again. */
async function unknownTools(
  { store: { agents } }: AgentPorts,
  { scope }: Caller,
  { target, body }: { readonly target: RegisterTarget; readonly body: JsonObject },
): Promise<readonly BodyProblem[]> {
  const wishes = toolsOf(body).filter(({ agent }) => agent !== target.name);
  if (wishes.length === 0 || (await agents.getVersion(scope, target.name, target.version)) !== null)
    return [];
  const problems = await Promise.all(
    wishes.map(async ({ pointer, agent, version }) => {
      if ((await agents.resolve(scope, agent, version)) !== null) return [];
      const which = version === undefined ? '' : ` with a version in the range "${version}"`;
      const detail = `There is no agent "${agent}"${which} in this workspace; register it first.`;
      return [{ pointer: `${pointer}/${version === undefined ? 'agent' : 'version'}`, detail }];
    }),
  );
  return problems.flat();
}

function exists({ name, version }: RegisterTarget): AppError {
  return conflict(
    `Version ${version} of the agent "${name}" exists with other content; versions never change, so register a new one.`,
  );
}

function mismatches(target: RegisterTarget, registration: AgentRegistration): readonly BodyProblem[] {
  const of = (field: 'name' | 'version'): readonly BodyProblem[] => {
    const said = registration[field];
    return said === undefined || said === target[field]
      ? []
      : [
          {
            pointer: `/${field}`,
            detail: `The body says "${said}", the path "${target[field]}"; they must be equal.`,
          },
        ];
  };
  return [...of('name'), ...of('version')];
}

function problemsOf(adapters: AdapterRegistry, registration: AgentRegistration): readonly BodyProblem[] {
  const { adapter: kind, config, input, output, cache } = registration;
  const adapter = adapters.find(kind);
  const schemas = [
    ...schemaProblems('/input/schema', input?.schema),
    ...schemaProblems('/output/schema', output?.schema),
    ...keyProblems(cache?.key),
  ];
  if (adapter === null) return [...adapterProblems(adapters, kind), ...schemas];
  const parsed = adapter.parseConfig(config);
  const configs = parsed.ok
    ? []
    : parsed.problems.map(({ pointer, message }) => ({ pointer: `/config${pointer}`, detail: message }));
  const repair =
    output?.repair === true && adapter.repairs !== true
      ? [
          {
            pointer: '/output/repair',
            detail: `Agents of the adapter "${kind}" cannot be asked to mend an answer; leave it out.`,
          },
        ]
      : [];
  return [...configs, ...schemas, ...repair];
}

function adapterProblems(adapters: AdapterRegistry, kind: Json | undefined): readonly BodyProblem[] {
  if (typeof kind !== 'string' || adapters.find(kind) !== null) return [];
  return [{ pointer: '/adapter', detail: unknownAdapter(kind, adapters.kinds) }];
}

/** A key is jq over the input. */
function keyProblems(key: string | undefined): readonly BodyProblem[] {
  if (key === undefined) return [];
  try {
    compileExpression(expressionSource(key), { variables: ['session'] });
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [{ pointer: '/cache/key', detail: `The expression does not compile: ${error.message}` }];
  }
}

function schemaProblems(at: string, schema: Json | undefined): readonly BodyProblem[] {
  if (schema === undefined) return [];
  return jsonSchemaProblems(schema).map(({ pointer, message }) => ({
    pointer: `${at}${pointer}`,
    detail: message,
  }));
}

async function probe(
  ports: AgentPorts,
  agent: AgentRecord,
  { scope, signal }: { readonly scope: Scope; readonly signal: AbortSignal },
): Promise<AgentHealth> {
  const { latest } = agent;
  if (latest === null) throw notFound(`version of the agent "${agent.name}" that is not archived`);
  const { version } = latest;
  const [found, circuit] = await Promise.all([
    ask(ports, latest, AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)])),
    ports.store.agentCircuits.get(scope, { agent: agent.name, version }),
  ]);
  const { state, since, retryAt } = circuit;
  const checked = { circuit: { state, since, retryAt }, checkedAt: ports.now() };
  return { agent: agent.name, version, ...found, ...checked };
}

async function ask(
  { adapters, egress }: AgentPorts,
  latest: AgentVersionRecord,
  signal: AbortSignal,
): Promise<Pick<AgentHealth, 'healthy' | 'detail' | 'latencyMs'>> {
  const { adapter: kind, config } = parseAgentBody(latest.body);
  const adapter = adapters.find(kind);
  if (adapter === null) return { healthy: false, detail: unknownAdapter(kind, adapters.kinds), latencyMs: 0 };
  const parsed = adapter.parseConfig(config);
  if (!parsed.ok)
    return {
      healthy: false,
      detail: parsed.problems[0]?.message ?? 'The config is not valid.',
      latencyMs: 0,
    };
  if (adapter.health === undefined)
    return { healthy: true, detail: 'This adapter has no probe.', latencyMs: 0 };
  const { healthy, detail, latencyMs } = await adapter.health(parsed.config, { egress, signal });
  return { healthy, detail: detail ?? null, latencyMs };
}
