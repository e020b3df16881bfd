import { createHash } from 'node:crypto';
import { failure, parseRunId, uuidFromHash, workflowIdOf, type RunId, type Scope } from '@baton/core';
import type { RunRecord, Store, WorkflowVersionRecord } from '@baton/store';
import { buildSnapshot, snapshotFromJson, snapshotToJson } from '@baton/temporal-client';
import type { Activities, ChildRun, ChildRunEnd, CreateChildRunParams } from './activities.ts';
import { currentRun } from './current-run.ts';
import { toApplicationFailure } from './effects.ts';

/** What accepting child runs needs. */
export type ChildRunPorts = Pick<Store, 'runs' | 'workflows' | 'agents'>;

/** Makes the activities around child runs. The same delivery gives the same run, and only PostgreSQL knows its end. */
export function createChildRuns(
  ports: ChildRunPorts,
): Pick<Activities, 'createChildRun' | 'takeChildRunEnd'> {
  return {
    async takeChildRunEnd({ childRunId }) {
      const { scope, runId: parent } = currentRun();
      const child = parseRunId(childRunId);
      const run = child === null ? null : await ports.runs.askEnd(scope, { parent, child });
      // Never so but with a forged id, which must not end the wait.
      return run === null ? null : endOf(run);
    },
    async createChildRun(params) {
      const parent = currentRun();
      const runId = parseRunId(uuidFromHash(sha256(`child run ${params.idempotencyKey}`)));
      if (runId === null) throw new Error('A hash gave no id.');
      const known = await ports.runs.get(parent.scope, runId);
      if (known === null) return accept(ports, { parent, runId, params });
      const snapshot = await ports.runs.snapshot(parent.scope, runId);
      if (snapshot === null) throw new Error(`Run ${runId} has no snapshot.`);
      return childOf({ scope: parent.scope, runId, workflow: known }, snapshotFromJson(snapshot));
    },
  };
}

function endOf(run: RunRecord): ChildRunEnd | null {
  switch (run.status) {
    case 'completed':
      return { output: run.output ?? null };
    case 'faulted':
      return { failure: { ...failure('runtime', 'The child run faulted.'), ...run.error, retryable: false } };
    case 'canceled':
      return run.error === null
        ? { failure: failure('runtime', 'The call was canceled.', { code: 'canceled' }) }
        : { failure: failure('runtime', 'The child run was terminated.', { code: 'terminated' }) };
    default:
      return null;
  }
}

interface Parent {
  readonly scope: Scope;
  readonly runId: RunId;
}

async function accept(
  ports: ChildRunPorts,
  asked: { parent: Parent; runId: RunId; params: CreateChildRunParams },
): Promise<ChildRun> {
  const { parent, runId, params } = asked;
  const { scope } = parent;
  const workflow = await resolve(ports, scope, params);
  const requester = await ports.runs.get(scope, parent.runId);
  if (requester === null) throw new Error(`Run ${parent.runId} is unknown.`);
  const built = await buildSnapshot(ports.agents.resolve, {
    scope,
    runId,
    document: workflow.document,
    requester: requester.requester,
    ...(requester.priority === null ? {} : { priority: requester.priority }),
    input: params.input,
  });
  if (!built.ok) {
    const problems = built.problems.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
    throw toApplicationFailure(
      failure('configuration', `Workflow "${workflow.name}" cannot be run: ${problems}`),
    );
  }
  await ports.runs.insertAccepted(scope, {
    id: runId,
    kind: 'workflow',
    workflow: workflow.name,
    namespace: workflow.namespace,
    version: workflow.version,
    input: params.input,
    ...(requester.priority === null ? {} : { priority: requester.priority }),
    requester: requester.requester,
    ...(requester.requesterName === null ? {} : { requesterName: requester.requesterName }),
    parent: { runId: parent.runId, step: params.step.path, awaits: params.await },
    snapshot: snapshotToJson(built.snapshot),
  });
  return childOf({ scope, runId, workflow }, built.snapshot);
}

async function resolve(
  ports: ChildRunPorts,
  scope: Scope,
  params: CreateChildRunParams,
): Promise<WorkflowVersionRecord> {
  const { namespace, name, version } = params.workflow;
  const found = await ports.workflows.resolve(scope, name, version === 'latest' ? {} : { version });
  if (found?.namespace === namespace) return found;
  const detail = `There is no workflow "${namespace}/${name}" in version "${version}" that can be run; publish it first.`;
  throw toApplicationFailure(failure('configuration', detail));
}

function childOf(
  child: { scope: Scope; runId: RunId; workflow: { namespace: string; name?: string; workflow?: string } },
  snapshot: ChildRun['snapshot'],
): ChildRun {
  const { scope, runId, workflow } = child;
  return {
    runId,
    workflowId: workflowIdOf(scope, runId),
    workflowType: `${workflow.namespace}/${workflow.name ?? workflow.workflow ?? ''}`,
    snapshot,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
