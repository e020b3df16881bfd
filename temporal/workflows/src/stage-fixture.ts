import { randomUUID } from 'node:crypto';
import type { Json, JsonObject, NumberedTrace, Snapshot } from '@baton/core';
import type { Activities } from '@baton/temporal-activities';
import { temporalAddress, uniqueTaskQueue } from '@baton/test-kit';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type InjectedSinks } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/workflow';
import type { BatonSinks } from './messages.ts';
import { preloadModules, workflowsPath } from './workflows-path.ts';

/** A run in Temporal's hands; signals and the result go along with the executions of the run. */
export type Handle = ReturnType<TestWorkflowEnvironment['client']['workflow']['getHandle']>;

/** A real Temporal and a worker with the workflow code as it ships; the effects are the test's. */
export interface Stage {
  /** The effects that runs ask for; a test sets the ones it needs. */
  readonly effects: Partial<Activities>;
  /** Keys of local calls that nobody waits for any more. */
  readonly abandoned: readonly string[];
  /** All events that a run has told, in order; what a task that was done over tells again counts once. */
  trace(handle: Handle): readonly NumberedTrace[];
  /** Their names. */
  told(handle: Handle): readonly string[];
  /** Starts a run that does what `tasks` say, with signals that come before its first workflow task. */
  start(
    tasks: JsonObject[],
    more?: Partial<Omit<Snapshot, 'runId'>> & {
      readonly signal?: readonly [name: string, argument?: Json];
    },
  ): Promise<Handle>;
  stop(): Promise<void>;
}

/** A snapshot of a run that calls no agents unless some are pinned. */
export function snapshotOf(tasks: JsonObject[], more: Partial<Snapshot> = {}): Snapshot {
  return {
    engine: 1,
    runId: randomUUID(),
    workspaceId: 'workspace',
    definition: {
      document: { dsl: '1.0.0', namespace: 'content', name: 'publish', version: '1.0.0' },
      do: tasks,
    },
    agents: {},
    pins: {},
    requester: 'local|ada',
    priority: 3,
    input: {},
    ...more,
  };
}

/** Effects that fail for good unless the test has set them. */
function allOf(effects: Partial<Activities>): Activities {
  const given = <Name extends keyof Activities>(name: Name): Activities[Name] => {
    const effect = effects[name];
    if (effect === undefined) throw ApplicationFailure.nonRetryable(`Nobody expects ${name}().`);
    return effect;
  };
  return {
    invokeAgent: async (params) => given('invokeAgent')(params),
    callHttp: async (params) => given('callHttp')(params),
    invokeAgentLocally: async (params) =>
      effects.invokeAgentLocally?.(params) ?? { tookMs: 1, result: await given('invokeAgent')(params) },
    callHttpLocally: async (params) =>
      effects.callHttpLocally?.(params) ?? { tookMs: 1, result: await given('callHttp')(params) },
    admitAgentCall: async (params) => given('admitAgentCall')(params),
    settleAgentCall: async (params) => given('settleAgentCall')(params),
    closeAgentCallback: async (params) => given('closeAgentCallback')(params),
    openHumanTask: async (params) => given('openHumanTask')(params),
    takeHumanTaskOutcome: async (params) => given('takeHumanTaskOutcome')(params),
    expireHumanTask: async (params) => given('expireHumanTask')(params),
    cancelHumanTask: async (params) => given('cancelHumanTask')(params),
    createChildRun: async (params) => given('createChildRun')(params),
    takeChildRunEnd: async (params) => given('takeChildRunEnd')(params),
  };
}

function performs(
  { nativeConnection: connection }: TestWorkflowEnvironment,
  taskQueue: string,
  effects: Partial<Activities>,
): Promise<Worker> {
  return Worker.create({ connection, taskQueue, activities: { ...allOf(effects) } });
}

/**
 * Bundles the workflow code and runs it against a Temporal, by default the shared one; with `other` effects are performed on
 * another queue, too.
 */
export async function createStage(address?: string, other?: (taskQueue: string) => string): Promise<Stage> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const environment = await TestWorkflowEnvironment.createFromExistingServer({
    address: address ?? (await temporalAddress()),
  });
  const taskQueue = uniqueTaskQueue('workflows');
  const effects: Partial<Activities> = {};
  const abandoned: string[] = [];
  const events = new Map<string, Map<number, NumberedTrace>>();
  const trace = ({ workflowId }: Handle): readonly NumberedTrace[] => [
    ...(events.get(workflowId)?.values() ?? []),
  ];
  const sinks: InjectedSinks<BatonSinks> = {
    baton: {
      abandon: { fn: (_task, key) => void abandoned.push(key) },
      record: {
        fn: ({ workflowId }, told) => {
          const known = events.get(workflowId) ?? new Map<number, NumberedTrace>();
          for (const event of told) known.set(event.seq, event);
          events.set(workflowId, known);
        },
      },
    },
  };
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath,
      preloadModules,
      logger: new DefaultLogger('ERROR'),
    }),
    activities: { ...allOf(effects) },
    sinks,
  });
  const besides = other && (await performs(environment, other(taskQueue), effects));
  const running = Promise.all([worker.run(), besides?.run()]);
  return {
    effects,
    abandoned,
    trace,
    told: (handle) => trace(handle).map(({ type }) => type),
    start: async (tasks, { signal, ...more } = {}) => {
      const options = { taskQueue, workflowId: randomUUID(), args: [snapshotOf(tasks, more)] };
      const { workflow } = environment.client;
      if (signal === undefined) return workflow.start('content/publish', options);
      const [name, ...signalArgs] = signal;
      return workflow.signalWithStart('content/publish', { ...options, signal: name, signalArgs });
    },
    async stop() {
      worker.shutdown();
      besides?.shutdown();
      await running;
      await environment.teardown();
    },
  };
}
