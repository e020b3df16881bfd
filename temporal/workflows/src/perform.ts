import type { Command, InterpreterEvent, Json, OpenCommand, Snapshot } from '@baton/core';
import type { Activities } from '@baton/temporal-activities';
import {
  CancellationScope,
  CancelledFailure,
  proxyActivities,
  proxyLocalActivities,
  proxySinks,
  sleep,
} from '@temporalio/workflow';
import { performChildRun } from './child-run.ts';
import { toFailure } from './failures.ts';
import { performHumanTask } from './human-task.ts';
import { createLocalChain, type LocalChain, type Ways } from './local-chain.ts';
import type { BatonSinks } from './messages.ts';
import type { Motion } from './succession.ts';
import { summaryOf } from './summaries.ts';
import type { WakeUps } from './wake-ups.ts';

/** Beyond an agent's own time-out: what the worker needs to tell that it was reached. */
const MARGIN_MS = 10_000;

/** Far more than a local call waits; a shorter one than the workflow task's own time-out. */
const LONGEST_LOCAL_ACTIVITY = '8 seconds';

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
  motion(): Motion;
  /** Settles once everything that must happen before the run ends has happened. */
  settled(): Promise<void>;
}

/** What a performer needs of its run. */
export interface PerformerParams {
  readonly snapshot: Snapshot;
  readonly feed: (event: InterpreterEvent) => void;
  /** Ids of human tasks that may have been decided. */
  readonly decided: WakeUps;
  /** Ids of child runs that may have ended. */
  readonly childRunEnded: WakeUps;
}

/** What the performers of single commands share. */
export interface Stage extends PerformerParams {
  readonly chain: LocalChain;
}

interface Open {
  motion: Motion;
  readonly scope: CancellationScope;
  /** Ends what Temporal cannot cancel. */
  abandon(): void;
  /** Settles when the command is done with, its cleaning up included. */
  readonly done: Promise<void>;
}

/** Creates the performer of one run. */
export function createPerformer(params: PerformerParams): Performer {
  const open = new Map<number, Open>();
  const feed = (event: InterpreterEvent): void => {
    if (event.kind === 'human-task-opened' || event.kind === 'child-started') {
      const waiting = open.get(event.command);
      if (waiting !== undefined) waiting.motion = 'resting';
    }
    params.feed(event);
  };
  const stage: Stage = { ...params, feed, chain: createLocalChain() };
  const closing = new Set<Promise<void>>();
  const answer = (command: OpenCommand, event: InterpreterEvent): void => {
    // An answer to a command that was taken back is nobody's business.
    if (!open.delete(command.id)) return;
    if (!isLocal(command)) stage.chain.begin();
    params.feed(event);
  };
  const takeBack = (id: number): void => {
    const taken = open.get(id);
    if (taken === undefined) return;
    open.delete(id);
    closing.add(taken.done);
    void taken.done.then(() => closing.delete(taken.done));
    taken.scope.cancel();
    taken.abandon();
  };
  return {
    perform(command) {
      if (command.kind === 'cancel') takeBack(command.target);
      else if (command.kind === 'yield') {
        void sleep(1, { summary: 'next part of a long turn' }).then(() => {
          params.feed({ kind: 'continue' });
        });
      } else open.set(command.id, begin(stage, command, answer));
    },
    motion() {
      const motions = new Set([...open.values()].map(({ motion }) => motion));
      if (closing.size > 0 || motions.has('bound')) return 'bound';
      return motions.has('calling') ? 'calling' : 'resting';
    },
    async settled() {
      while (closing.size > 0) await Promise.all(closing);
    },
  };
}

function begin(
  stage: Stage,
  command: OpenCommand,
  answer: (command: OpenCommand, event: InterpreterEvent) => void,
): Open {
  const scope = new CancellationScope({ cancellable: true });
  const done = scope
    .run(() => effect(stage, command))
    .then(
      (event) => {
        answer(command, event);
      },
      (error: unknown) => {
        answer(command, { kind: 'failed', command: command.id, failure: toFailure(error) });
      },
    );
  const abandon = (): void => {
    if (isLocal(command)) proxySinks<BatonSinks>().baton.abandon(command.idempotencyKey);
  };
  return { motion: MOTIONS[command.kind], scope, abandon, done };
}

/** What is under way from the moment at which a command goes out. */
const MOTIONS: Readonly<Record<OpenCommand['kind'], Motion>> = {
  'start-timer': 'resting',
  'invoke-agent': 'calling',
  'call-http': 'calling',
  // The task that is there already is found again.
  'open-human-task': 'calling',
  // A start that Temporal has not confirmed would end with the execution.
  'start-run': 'bound',
};

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

function isLocal(command: OpenCommand): command is Call {
  return 'local' in command && command.local;
}

/**
 * A local activity that Temporal cancels leaves a history that cannot always be replayed ("Invalid transition in state
 * machine", SDK 1.24), so it never does: the worker is told to give the call up, and the activity ends soon.
 */
async function locally<Result>(call: () => Promise<Result>): Promise<Result> {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The call was canceled.');
  return CancellationScope.nonCancellable(call);
}

/** Not asynchronous: a proxy of activities would be taken for a promise, and `then` for an activity. */
function ordinaryCalls(command: Call): Activities {
  return proxyActivities<Activities>({
    startToCloseTimeout: command.timeoutMs + MARGIN_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    summary: summaryOf(command),
    retry: LOST_DELIVERY,
  });
}

/** A local call answers within seconds, if only that it goes on. */
function localCalls(command: Call): Activities {
  return proxyLocalActivities<Activities>({
    startToCloseTimeout: LONGEST_LOCAL_ACTIVITY,
    summary: summaryOf(command),
    retry: LOST_DELIVERY,
  });
}

async function invokeAgent(stage: Stage, command: Extract<Call, { kind: 'invoke-agent' }>): Promise<Json> {
  const agent = stage.snapshot.agents[command.agent];
  if (agent === undefined) throw new Error(`The snapshot pins no agent "${command.agent}".`);
  const { input, session, idempotencyKey, step, timeoutMs } = command;
  const params = {
    agent,
    input,
    ...(session === undefined ? {} : { session }),
    idempotencyKey,
    step,
    timeoutMs,
  };
  const reply = await delivered(stage, command, {
    local: () => locally(() => localCalls(command).invokeAgentLocally(params)),
    ordinary: (goesOn) => ordinaryCalls(command).invokeAgent({ ...params, ...(goesOn ? { goesOn } : {}) }),
  });
  return { ...reply, usage: { ...reply.usage } };
}

async function callHttp(stage: Stage, command: Extract<Call, { kind: 'call-http' }>): Promise<Json> {
  const { request, idempotencyKey, step, timeoutMs } = command;
  const params = { request, idempotencyKey, step, timeoutMs };
  return delivered(stage, command, {
    local: () => locally(() => localCalls(command).callHttpLocally(params)),
    ordinary: (goesOn) => ordinaryCalls(command).callHttp({ ...params, ...(goesOn ? { goesOn } : {}) }),
  });
}

function delivered<Result>(stage: Stage, command: Call, ways: Ways<Result>): Promise<Result> {
  return command.local ? stage.chain.deliver(ways) : ways.ordinary(false);
}
