import { randomUUID } from 'node:crypto';
import { isObject, parseRunId, parseWorkspaceId, type RunId, type Scope, type StepRef } from '@baton/core';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';

/** An execution that asks for activities. */
export interface Caller {
  readonly scope: Scope;
  readonly runId: RunId;
  readonly workflowId: string;
  /** Where its activities run; one per test, as a cancel holds for all that run in it. */
  readonly environment: MockActivityEnvironment;
  /** Runs an activity that this execution asks for. */
  run<Params, Result>(activity: (params: Params) => Promise<Result>, params: Params): Promise<Result>;
}

/** The execution of a run; by default of one that nobody has accepted. */
export function aCaller(known: { readonly scope?: Scope; readonly runId?: RunId } = {}): Caller {
  const workspaceId = known.scope?.workspaceId ?? parseWorkspaceId(randomUUID());
  const runId = known.runId ?? parseRunId(randomUUID());
  if (workspaceId === null || runId === null) throw new Error('A random UUID is no id.');
  const workflowId = `${workspaceId}.${runId}`;
  const environment = environmentOf(workflowId);
  return {
    scope: { workspaceId },
    runId,
    workflowId,
    environment,
    run: <Params, Result>(activity: (params: Params) => Promise<Result>, params: Params) =>
      environment.run<[Params], Result, typeof activity>(activity, params),
  };
}

/** The surroundings of an activity that a workflow of this id asked for. */
export function environmentOf(workflowId: string): MockActivityEnvironment {
  return new MockActivityEnvironment({ workflowExecution: { workflowId, runId: 'execution-1' } }, { logger });
}

const nothing = (): void => undefined;

/** What activities throw is looked at in the test; the SDK logs it too. */
const logger = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};

/** A step on the top level. */
export const STEP: StepRef = Object.freeze({
  id: 1,
  parent: 0,
  path: '/do/0/step',
  name: 'step',
  kind: 'call-http',
  attempt: 1,
});

/** What a failed activity tells the workflow. */
export interface Told {
  readonly type: string | null | undefined;
  readonly message: string;
  readonly nonRetryable: boolean | null | undefined;
  /** The Failure, as plain data. */
  readonly failure: Readonly<Record<string, unknown>>;
}

/** What the workflow is told by an activity that must fail. */
export async function told(activity: Promise<unknown>): Promise<Told> {
  const error: unknown = await activity.then(
    () => new Error('The activity did not fail.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApplicationFailure)) throw error;
  const { type, message, nonRetryable, details } = error;
  const failure: unknown = details?.[0];
  return { type, message, nonRetryable, failure: isObject(failure) ? failure : {} };
}
