import type { Command, InterpreterEvent, Json, OpenCommand, Snapshot } from '@baton/core';
import type { Activities } from '@baton/temporal-activities';
import {
  CancellationScope,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  type ActivityOptions,
} from '@temporalio/workflow';
import { performChildRun } from './child-run.ts';
import { toFailure } from './failures.ts';
import { performHumanTask, type Decided } from './human-task.ts';
import { createLocalChain, type LocalChain } from './local-chain.ts';
import { summaryOf } from './summaries.ts';

/** Beyond an agent's own time-out: what the worker needs to tell that it was reached. */
const MARGIN_MS = 10_000;

/** Silence after which a worker counts as lost. */
const HEARTBEAT_TIMEOUT_MS = 15_000;

/**
 * Failures of calls are never retried by Temporal: the reducer decides, so that attempts can be seen and counted.
 * What Temporal retries is a delivery that a worker took and never answered.
 */
const LOST_DELIVERY = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '1 minute',
  maximumAttempts: 20,
} as const;

/** Performs the commands of a run and feeds what comes of them back. */
export interface Performer {
  perform(command: Command): void;
  /** Whether nothing is under way but timers, which another execution can start anew. */
  isQuiet(): boolean;
  /** Settles once everything that must happen before the run ends has happened. */
  settled(): Promise<void>;
}

/** What a performer needs of its run. */
export interface PerformerParams {
  readonly snapshot: Snapshot;
  readonly feed: (event: InterpreterEvent) => void;
  readonly decided: Decided;
}

/** What the performers of single commands share. */
export interface Stage extends PerformerParams {
  readonly chain: LocalChain;
}

interface Open {
  readonly kind: OpenCommand['kind'];
  readonly scope: CancellationScope;
  /** Settles when the command is done with, its cleaning up included. */
  readonly done: Promise<void>;
}

/** Creates the performer of one run. */
export function createPerformer(params: PerformerParams): Performer {
  const stage: Stage = { ...params, chain: createLocalChain() };
  const open = new Map<number, Open>();
  const closing = new Set<Promise<void>>();
  const start = (command: OpenCommand): void => {
    const scope = new CancellationScope({ cancellable: true });
    const done = scope
      .run(() => effect(stage, command))
      .then(
        (event) => {
          if (open.delete(command.id)) params.feed(event);
        },
        (error: unknown) => {
          // An error of a command that was taken back is nobody's business.
          if (open.delete(command.id))
            params.feed({ kind: 'failed', command: command.id, failure: toFailure(error) });
        },
      );
    open.set(command.id, { kind: command.kind, scope, done });
  };
  const takeBack = (id: number): void => {
    const taken = open.get(id);
    if (taken === undefined) return;
    open.delete(id);
    closing.add(taken.done);
    void taken.done.then(() => closing.delete(taken.done));
    taken.scope.cancel();
  };
  return {
    perform(command) {
      if (command.kind === 'cancel') takeBack(command.target);
      else if (command.kind === 'yield') {
        void sleep(1, { summary: 'next part of a long turn' }).then(() => {
          params.feed({ kind: 'continue' });
        });
      } else start(command);
    },
    isQuiet: () => closing.size === 0 && [...open.values()].every(({ kind }) => kind === 'start-timer'),
    async settled() {
      while (closing.size > 0) await Promise.all(closing);
    },
  };
}

async function effect(stage: Stage, command: OpenCommand): Promise<InterpreterEvent> {
  const completed = (result: Json): InterpreterEvent => ({ kind: 'completed', command: command.id, result });
  switch (command.kind) {
    case 'start-timer':
      await sleep(Math.max(0, command.dueAt - Date.now()), { summary: summaryOf(command) });
      return { kind: 'fired', command: command.id };
    case 'invoke-agent':
      return completed(await invokeAgent(stage, command));
    case 'call-http':
      return completed(await callHttp(stage, command));
    case 'open-human-task':
      return completed(await performHumanTask(stage, command));
    case 'start-run':
      return completed(await performChildRun(stage, command));
    default:
      return command satisfies never;
  }
}

type Call = Extract<OpenCommand, { kind: 'invoke-agent' | 'call-http' }>;

/** Not asynchronous: a proxy of activities would be taken for a promise, and `then` for an activity. */
function callsOf(command: Call): Pick<Activities, 'invokeAgent' | 'callHttp'> {
  const options: ActivityOptions = {
    startToCloseTimeout: command.timeoutMs + MARGIN_MS,
    summary: summaryOf(command),
    retry: LOST_DELIVERY,
  };
  if (command.local) return proxyLocalActivities<Activities>(options);
  return proxyActivities<Activities>({ ...options, heartbeatTimeout: HEARTBEAT_TIMEOUT_MS });
}

async function invokeAgent(stage: Stage, command: Extract<Call, { kind: 'invoke-agent' }>): Promise<Json> {
  const agent = stage.snapshot.agents[command.agent];
  if (agent === undefined) throw new Error(`The snapshot pins no agent "${command.agent}".`);
  const { input, session, idempotencyKey, step, timeoutMs } = command;
  if (command.local) await stage.chain.link();
  const reply = await callsOf(command).invokeAgent({
    agent,
    input,
    ...(session === undefined ? {} : { session }),
    idempotencyKey,
    step,
    timeoutMs,
  });
  return { ...reply, usage: { ...reply.usage } };
}

async function callHttp(stage: Stage, command: Extract<Call, { kind: 'call-http' }>): Promise<Json> {
  const { request, idempotencyKey, step, timeoutMs } = command;
  if (command.local) await stage.chain.link();
  return callsOf(command).callHttp({ request, idempotencyKey, step, timeoutMs });
}
