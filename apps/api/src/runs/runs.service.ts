import { createHash } from 'node:crypto';
import { parseRunId, type Json, type RunId, type Scope } from '@baton/core';
import { principalId } from '@baton/identity';
import type { RunListParams, RunRecord, Store, WorkflowRecord } from '@baton/store';
import { buildSnapshot } from '@baton/temporal-client';
import type { RunListQuery, RunStartRequest } from '@baton/contracts';
import type { Call, Exchange } from '../http/call.ts';
import { conflict, invalid, malformedParameter } from '../http/refusals.ts';
import { checkInput, checkValueSize, chooseVersion, type Wanted } from '../workflows/choose-version.ts';
import type { Definitions } from '../workflows/definitions.ts';
import type { DryRun, Rehearsal } from './dry-run.ts';
import type { RunControl, RunMessage } from './run-control.ts';
import type { RunStarter } from './start-run.ts';

/** What the runs slice decides with. */
export interface RunServicePorts {
  readonly store: Pick<Store, 'runs' | 'workflows' | 'agents' | 'steps'>;
  readonly starter: RunStarter;
  readonly control: RunControl;
  readonly definitions: Definitions;
  readonly dryRun: DryRun;
  readonly newRunId: () => RunId;
}

/** Starting, rehearsing and controlling runs. */
export interface RunService {
  start(call: StartCall, workflow: NamedWorkflow): Promise<RunRecord>;
  rehearse(call: RehearseCall, workflow: NamedWorkflow): Promise<Rehearsal>;
  list(scope: Scope, query: RunListQuery): ReturnType<Store['runs']['list']>;
  /** Sends a message; throws 409 when the run's state does not allow it. */
  send(
    target: { readonly scope: Scope; readonly run: RunRecord; readonly exchange: Exchange },
    message: RunMessage,
  ): Promise<RunRecord>;
}

/** A workflow that is there. */
export type NamedWorkflow = Pick<WorkflowRecord, 'name'>;

interface StartBody extends Pick<RunStartRequest, 'priority'>, Wanted {
  readonly input: Json;
  readonly tags?: Readonly<Record<string, string>>;
}
type StartCall = Call<unknown, unknown, StartBody>;
type RehearseCall = Call<
  unknown,
  unknown,
  Wanted & { readonly input: Json; readonly mocks: Readonly<Record<string, Json>> }
>;

/** Creates the service. */
export function createRunService(ports: RunServicePorts): RunService {
  return {
    start: (call, workflow) => start(ports, call, workflow),
    rehearse: (call, workflow) => rehearse(ports, call, workflow),
    list: (scope, query) => ports.store.runs.list(scope, listParams(query)),
    send: async ({ scope, run, exchange }, message) => {
      checkState(run, message.kind);
      await ports.control.send({ scope, run, logger: exchange.logger }, message);
      return (await ports.store.runs.get(scope, run.id)) ?? run;
    },
  };
}

async function start(ports: RunServicePorts, call: StartCall, workflow: NamedWorkflow): Promise<RunRecord> {
  const { body, caller } = call;
  checkValueSize(body.input, '/input', call.bodyBytes);
  const chosen = await chooseVersion(
    ports.store.workflows,
    { scope: caller.scope, name: workflow.name },
    body,
  );
  const definition = ports.definitions.read(chosen.contentHash, chosen.document);
  checkInput(definition, body.input);
  return ports.starter.accept({
    ...caller,
    kind: 'workflow',
    name: chosen.name,
    namespace: chosen.namespace,
    version: chosen.version,
    document: chosen.document,
    definition,
    input: body.input,
    ...(body.tags === undefined ? {} : { tags: body.tags }),
    ...(body.priority === undefined ? {} : { priority: body.priority }),
    startKey: startKeyOf(call),
    logger: call.exchange.logger,
  });
}

/**
 * One text for one wish: who, what, key and body. Should the answer to a key get lost before it was kept, the run is
 * found again by this.
 */
export function startKeyOf(call: Call<unknown, unknown, unknown>): string | null {
  if (call.idempotencyKey === null) return null;
  const parts = [
    principalId(call.caller.principal),
    call.exchange.request.path,
    call.idempotencyKey,
    call.bodyHash,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function rehearse(
  ports: RunServicePorts,
  call: RehearseCall,
  workflow: NamedWorkflow,
): Promise<Rehearsal> {
  const { body, caller } = call;
  checkValueSize(body.input, '/input', call.bodyBytes);
  for (const [name, mock] of Object.entries(body.mocks))
    checkValueSize(mock, `/mocks/${name}`, call.bodyBytes);
  const chosen = await chooseVersion(
    ports.store.workflows,
    { scope: caller.scope, name: workflow.name },
    body,
  );
  checkInput(ports.definitions.read(chosen.contentHash, chosen.document), body.input);
  const { agents } = ports.store;
  const built = await buildSnapshot((scope, name, range) => agents.resolve(scope, name, range), {
    scope: caller.scope,
    runId: ports.newRunId(),
    document: chosen.document,
    requester: principalId(caller.principal),
    input: body.input,
  });
  if (built.ok) return ports.dryRun(built.snapshot, body.mocks);
  const errors = built.problems.map(({ pointer, detail }) => ({ pointer: '', detail, definition: pointer }));
  throw invalid('The definition cannot be run as things are.', errors);
}

function checkState(run: RunRecord, kind: RunMessage['kind']): void {
  if (kind === 'suspend' && run.suspended) throw conflict('The run is suspended already.');
  if (kind === 'resume' && !run.suspended) throw conflict(`The run is ${run.status}, not suspended.`);
}

function listParams(query: RunListQuery): RunListParams {
  const { tag, parent, status, workflow, version, startedAfter, startedBefore, q, limit, cursor } = query;
  const parentId = parent === undefined ? null : parseRunId(parent);
  return {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(status === undefined ? {} : { status }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(version === undefined ? {} : { version }),
    ...(startedAfter === undefined ? {} : { startedAfter }),
    ...(startedBefore === undefined ? {} : { startedBefore }),
    ...(parentId === null ? {} : { parent: parentId }),
    ...(q === undefined ? {} : { q }),
    ...(tag === undefined ? {} : { tags: tagsOf(tag) }),
  };
}

function tagsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs = texts.map((text): [string, string] => {
    const at = text.indexOf(':');
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const tags = new Map(pairs);
  if (pairs.some(([key, value]) => tags.get(key) !== value)) {
    throw malformedParameter('tag', 'One key cannot have two values at once.');
  }
  return Object.fromEntries(tags);
}
