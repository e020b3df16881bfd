import type { Command, InterpreterEvent, Json, OpenCommand, Snapshot } from '@baton/core';
import type { Activities } from '@baton/temporal-activities';
import {
  CancellationScope,
  CancelledFailure,
  proxyActivities,
  proxyLocalActivities,
  proxySinks,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { performChildRun } from './child-run.ts';
import { deliveryOf } from './delivery.ts';
import { toFailure } from './failures.ts';
import { performHumanTask } from './human-task.ts';
import { mayAnswerLater, performLateAnswer } from './late-answer.ts';
import { createLocalChain, type LocalChain, type Ways } from './local-chain.ts';
import type { BatonSinks } from './messages.ts';
import { motionAfter, motionOf } from './motions.ts';
import { pythonQueueOf, runsInPython } from './python-agents.ts';
import type { Motion } from './succession.ts';
import { summaryOf } from './summaries.ts';
import { performCallElsewhere, performWaitingCall } from './waiting-call.ts';
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
  /** `beside` is how many other calls are asked for in the same turn. */
  perform(command: Command, beside: number): void;
  motion(): Motion;
  /** Whether a local call keeps the workflow task open. */
  isCallingLocally(): boolean;
  /** Settles once everything that must happen before the run ends has happened. */
  settled(): Promise<void>;
}

/** What a performer needs of its run. */
export interface PerformerParams {
  readonly snapshot: Snapshot;
  readonly feed: (event: InterpreterEvent) => void;
  /** Told when less is under way than before, and no event says so. */
  readonly wake: () => void;
  /** Ids of human tasks that may have been decided. */
  readonly decided: WakeUps;
  /** Ids of child runs that may have ended. */
  readonly childRunEnded: WakeUps;
  /** Keys of calls that wait and whose turn may have come. */
  readonly callDue: WakeUps;
  /** Keys of calls whose agents may have answered. */
  readonly calledBack: WakeUps;
  /** Whether nothing new is to begin. */
  readonly isSuspended: () => boolean;
}

/** What the performers of single commands share. */
export interface Stage extends PerformerParams {
  readonly chain: LocalChain;
}

interface Open {
  motion: Motion;
  /** Whether it began as a local activity. */
  readonly isLocal: boolean;
  readonly isCall: boolean;
  /** Ends what is under way. */
  cancel(): void;
  /** Settles when the command is done with, its cleaning up included. */
  readonly done: Promise<void>;
}

/** Creates the performer of one run. */
export function createPerformer(params: PerformerParams): Performer {
  const open = new Map<number, Open>();
  const feed = (event: InterpreterEvent): void => {
    const told = 'command' in event ? open.get(event.command) : undefined;
    if (told !== undefined) told.motion = motionAfter(event) ?? told.motion;
    params.feed(event);
  };
  const stage: Stage = { ...params, feed, chain: createLocalChain() };
  const closing = new Set<Promise<void>>();
  let calls = 0;
  const close = (id: number): Open | undefined => {
    const closed = open.get(id);
    open.delete(id);
    if (closed?.isCall === true) calls -= 1;
    return closed;
  };
  const answer = (command: OpenCommand, event: InterpreterEvent): void => {
    const answered = close(command.id);
    // An answer to a command that was taken back is nobody's business.
    if (answered === undefined) return;
    if (!answered.isLocal) stage.chain.begin();
    params.feed(event);
  };
  const takeBack = (id: number): void => {
    const taken = close(id);
    if (taken === undefined) return;
    closing.add(taken.done);
    void taken.done.then(() => {
      closing.delete(taken.done);
      params.wake();
    });
    taken.cancel();
  };
  return {
    perform(command, beside) {
      if (command.kind === 'cancel') takeBack(command.target);
      else if (command.kind === 'yield') {
        void sleep(1, { summary: 'next part of a long turn' }).then(() => {
          params.feed({ kind: 'continue' });
        });
      } else {
        // Whatever is asked for beside a local call would go out only after it.
        open.set(command.id, begin(stage, command, { answer, isAlone: calls + beside === 0 }));
        if (isCall(command)) calls += 1;
      }
    },
    motion() {
      const motions = new Set([...open.values()].map(({ motion }) => motion));
      if (closing.size > 0 || motions.has('bound')) return 'bound';
      return motions.has('calling') ? 'calling' : 'resting';
    },
    isCallingLocally: () => stage.chain.isCalling(),
    async settled() {
      while (closing.size > 0) await Promise.all(closing);
    },
  };
}

type Answer = (command: OpenCommand, event: InterpreterEvent) => void;

function begin(
  stage: Stage,
  command: OpenCommand,
  { answer, isAlone }: { readonly answer: Answer; readonly isAlone: boolean },
): Open {
  const local = isAlone && mayBeLocal(stage, command) ? command : null;
  const { cancel, result } = local === null ? effect(stage, command) : callLocally(stage, local);
  const done = result.then(
    (value) => {
      answer(command, eventOf(command, value));
    },
    (error: unknown) => {
      answer(command, { kind: 'failed', command: command.id, failure: toFailure(error) });
    },
  );
  return { motion: motionOf(command), isLocal: local !== null, isCall: isCall(command), cancel, done };
}

function eventOf(command: OpenCommand, result: Json): InterpreterEvent {
  return command.kind === 'start-timer'
    ? { kind: 'fired', command: command.id }
    : { kind: 'completed', command: command.id, result };
}

/** Something under way that can be ended early. */
interface Effect {
  cancel(): void;
  readonly result: Promise<Json>;
}

/** An effect that Temporal can cancel. */
function effect(stage: Stage, command: OpenCommand): Effect {
  const scope = new CancellationScope({ cancellable: true });
  return { cancel: () => scope.cancel(), result: scope.run(() => resultOf(stage, command)) };
}

function resultOf(stage: Stage, command: OpenCommand): Promise<Json> {
  switch (command.kind) {
    case 'start-timer':
      return sleep(Math.max(0, command.dueAt - Date.now()), { summary: summaryOf(command) }).then(() => null);
    case 'invoke-agent':
      return mayAnswerLater(stage, command)
        ? performLateAnswer(stage, command, {
            ask: () => performAgentCall(stage, command),
            look: () => deliver(stage, command, { calledBack: true }),
          })
        : performAgentCall(stage, command);
    case 'call-http':
      return deliver(stage, command);
    case 'open-human-task':
      return performHumanTask(stage, command);
    case 'start-run':
      return performChildRun(stage, command);
    default:
      return command satisfies never;
  }
}

type AgentCall = Extract<OpenCommand, { kind: 'invoke-agent' }>;
type Call = AgentCall | Extract<OpenCommand, { kind: 'call-http' }>;

/** Workers in Python only make calls: what else an agent declares is seen to around them. */
function performAgentCall(stage: Stage, command: AgentCall): Promise<Json> {
  const delivery = deliveryOf(stage.snapshot, command);
  const make = (): Promise<Json> => deliver(stage, command);
  const { concurrency, cache } = delivery.agent;
  if (runsInPython(stage.snapshot, command) && (concurrency ?? cache) !== undefined)
    return performCallElsewhere(stage, command, { delivery, make });
  return concurrency === undefined ? make() : performWaitingCall(stage, command, { delivery, make });
}

function deliver(stage: Stage, command: Call, more: { readonly calledBack?: true } = {}): Promise<Json> {
  return deliveriesOf(stage, command, more).ordinary(false);
}

/** Whether a command calls somebody, as far as its delivery goes. */
export function isCall(command: Command): command is Call {
  return command.kind === 'invoke-agent' || command.kind === 'call-http';
}

/** Python's workers have no workflow tasks, and an agent that answers later is waited for. */
function mayBeLocal(stage: Stage, command: OpenCommand): command is Call {
  if (!('local' in command) || !command.local) return false;
  if (runsInPython(stage.snapshot, command)) return false;
  return command.kind !== 'invoke-agent' || !mayAnswerLater(stage, command);
}

/**
 * A local activity that Temporal cancels leaves a history that cannot always be replayed ("Invalid transition in state
 * machine", SDK 1.24), so it never does: the worker is told to give the call up, and the activity ends soon.
 */
function callLocally(stage: Stage, command: Call): Effect {
  let wanted = true;
  let goingOn: CancellationScope | undefined;
  const ways = deliveriesOf(stage, command);
  const unlessCanceled = <Result>(call: () => Promise<Result>): Promise<Result> =>
    wanted ? call() : Promise.reject(new CancelledFailure('The call was canceled.'));
  const result = stage.chain.deliver({
    local: () => unlessCanceled(ways.local),
    ordinary: (goesOn) =>
      unlessCanceled(() => {
        const scope = new CancellationScope({ cancellable: true });
        goingOn = scope;
        stage.wake();
        return scope.run(() => ways.ordinary(goesOn));
      }),
  });
  const cancel = (): void => {
    wanted = false;
    goingOn?.cancel();
    // The one local call under way is this one, unless it has said that it goes on.
    const isToBegin = goingOn === undefined && stage.chain.isCalling();
    proxySinks<BatonSinks>().baton.abandon(command.idempotencyKey, isToBegin);
  };
  return { cancel, result };
}

/** Not asynchronous: a proxy of activities would be taken for a promise, and `then` for an activity. */
function ordinaryCalls(command: Call, taskQueue?: string): Activities {
  return proxyActivities<Activities>({
    ...(taskQueue === undefined ? {} : { taskQueue }),
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

function deliveriesOf(stage: Stage, command: Call, late: { readonly calledBack?: true } = {}): Ways<Json> {
  if (command.kind === 'call-http') {
    const { idempotencyKey, step, timeoutMs, request } = command;
    const params = { idempotencyKey, step, timeoutMs, request };
    return {
      local: () => localCalls(command).callHttpLocally(params),
      ordinary: (goesOn) => ordinaryCalls(command).callHttp(goesOn ? { ...params, goesOn } : params),
    };
  }
  const queue = runsInPython(stage.snapshot, command) ? pythonQueueOf(workflowInfo().taskQueue) : undefined;
  const params = { ...deliveryOf(stage.snapshot, command), ...late };
  return {
    local: () => localCalls(command).invokeAgentLocally(params),
    ordinary: (goesOn) => ordinaryCalls(command, queue).invokeAgent(goesOn ? { ...params, goesOn } : params),
  };
}
