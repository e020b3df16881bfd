import {
  createInterpreter,
  type Command,
  type Interpreter,
  type InterpreterEvent,
  type Json,
  type JsonObject,
  type NumberedTrace,
  type RunState,
  type Snapshot,
  type TurnResult,
} from '@baton/core';
import {
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  getCurrentDetails,
  proxySinks,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { toApplicationFailure } from './failures.ts';
import { handleMessages, noteCancel } from './hear.ts';
import { describeRun, type BatonSinks } from './messages.ts';
import { createPerformer, isCall, type Performer } from './perform.ts';
import { sha256 } from './sha256.ts';
import { createSuccession, type Succession } from './succession.ts';
import { createSchemaValidator } from './validate-schema.ts';
import { createWakeUps } from './wake-ups.ts';

/** Nothing more is told by this execution. */
const LAST = 'last';

/** How long calls are held back before an execution that is too long is left while older ones are under way. */
const LONGEST_HOLD = '20 seconds';

/** Where an execution goes on that continues another one. */
export interface Continuation {
  readonly state: RunState;
  /** When the run itself began, in epoch milliseconds. */
  readonly startedAt: number;
  /** Why the run is about to be canceled, when that was said and the cancel has not come. */
  readonly cancelReason?: string;
  /** What Temporal UI showed as the details of the execution before. */
  readonly details: string;
}

/** Events waiting to be fed to the reducer, in the order in which they came. */
interface Inbox {
  readonly events: InterpreterEvent[];
  feed(event: InterpreterEvent): void;
  /** Takes what came from outside: an event, or something that is none. */
  hear(event?: InterpreterEvent): void;
  /** Ends the wait without an event: it may have become time for another execution. */
  wake(): void;
  /** Resolves with the next event or wake. */
  woken(): Promise<void>;
}

/**
 * Interprets any definition: performs the reducer's commands and feeds back what comes of them. Registered as the
 * dynamic workflow, so that Temporal shows `namespace/name` as the type.
 */
export async function run(snapshot: Snapshot, continuation?: Continuation): Promise<Json> {
  const succession = createSuccession();
  const inbox = createInbox(() => succession.stir());
  const wakeUps = {
    decided: createWakeUps(),
    childRunEnded: createWakeUps(),
    callDue: createWakeUps(),
    calledBack: createWakeUps(),
  };
  handleMessages(inbox, wakeUps);
  const words = noteCancel(inbox, continuation?.cancelReason);
  // Gets what is for no handler, also what came before: so it is last.
  setDefaultSignalHandler(() => {
    inbox.hear();
  });
  return CancellationScope.nonCancellable(async () => {
    const startedAt = continuation?.startedAt ?? Date.now();
    const tools = { validateSchema: createSchemaValidator(), hash: sha256 };
    const interpreter = createInterpreter(snapshot, startedAt, tools);
    const first = begin(interpreter, continuation);
    let { state } = first;
    const isSuspended = (): boolean => state.suspended;
    const { feed, wake } = inbox;
    const performer = createPerformer({ snapshot, feed, wake, isSuspended, ...wakeUps });
    const pace = createPace(performer, { succession, onTired: wake });
    setHandler(describeRun, () => picture(snapshot, state));
    pace.note(first);
    pace.perform(first);
    while (state.outcome === undefined) {
      pace.tell();
      if (inbox.events.length === 0 && !pace.isDue()) await inbox.woken();
      if (inbox.events.length === 0) await everythingIsIn();
      for (let event = inbox.events.shift(); event !== undefined; event = inbox.events.shift()) {
        const turn = interpreter.next(state, event, Date.now());
        ({ state } = turn);
        pace.note(turn);
        if (inbox.events.length === 0 && state.outcome === undefined && pace.isDue()) await everythingIsIn();
        // The commands of this turn are open in the state: the next execution would perform them.
        if (inbox.events.length > 0 || state.outcome !== undefined || !pace.isDue()) pace.perform(turn);
      }
      if (state.outcome === undefined && pace.isDue()) {
        pace.tell(LAST);
        await continueAsNew<typeof run>(snapshot, {
          state,
          startedAt,
          details: getCurrentDetails(),
          ...words(),
        });
      }
    }
    pace.tell();
    await performer.settled();
    pace.tell(LAST);
    return ending(state);
  });
}

/** Performs what the turns of an execution ask for, until it is time for another execution. */
interface Pace {
  /** Notes the events of a turn, which are to be told. */
  note(turn: TurnResult): void;
  /** Hands out what is noted. The task completes when it is stored; a local call under way will tell more before that. */
  tell(last?: typeof LAST): void;
  /** Performs the commands of a turn, or leaves calls to the next execution when this one has become too long. */
  perform(turn: TurnResult): void;
  isDue(): boolean;
}

function createPace(
  performer: Performer,
  { succession, onTired }: { readonly succession: Succession; readonly onTired: () => void },
): Pace {
  const noted: NumberedTrace[] = [];
  let waitedFor = true;
  let holding = false;
  const hold = (): void => {
    if (holding) return;
    holding = true;
    void sleep(LONGEST_HOLD, { summary: 'running calls may end before the run goes on anew' }).then(() => {
      succession.tire();
      onTired();
    });
  };
  return {
    note(turn) {
      if (turn.trace.length === 0) return;
      for (const event of turn.trace) noted.push(event);
      succession.note(turn.trace.length);
      showDetails(turn);
    },
    tell(last) {
      const goesOn = last === undefined && performer.isCallingLocally();
      if (noted.length === 0 && (goesOn || waitedFor)) return;
      proxySinks<BatonSinks>().baton.record(noted.splice(0), goesOn);
      waitedFor = !goesOn;
    },
    perform({ commands }) {
      if (succession.holds()) hold();
      const beside = commands.filter(isCall).length - 1;
      for (const command of commands)
        if (!holding || !begins(command)) performer.perform(command, isCall(command) ? beside : 0);
    },
    isDue: () => succession.isDue(performer.motion()),
  };
}

/** Whether a command begins something that the next execution would begin anew. */
function begins({ kind }: Command): boolean {
  return kind !== 'start-timer' && kind !== 'yield' && kind !== 'cancel';
}

/** The first turn of an execution: the run's own, or what is open in the state it goes on from. */
function begin(interpreter: Interpreter, continuation: Continuation | undefined): TurnResult {
  if (continuation === undefined) return interpreter.start(Date.now());
  const { state, details } = continuation;
  setCurrentDetails(details);
  return { state, commands: interpreter.openCommands(state), trace: [] };
}

/** Waits by a promise: a condition of Temporal's would cost one more call into the sandbox for every event. */
function createInbox(stir: () => void): Inbox {
  const events: InterpreterEvent[] = [];
  let wake = (): void => undefined;
  return {
    events,
    feed(event) {
      events.push(event);
      wake();
    },
    hear(event) {
      stir();
      if (event !== undefined) events.push(event);
      wake();
    },
    wake: () => {
      wake();
    },
    woken: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
  };
}

/**
 * Resolves once everything that came with the present workflow task has been fed: what another execution begins without
 * would be lost. Temporal looks at conditions after that, so this one holds when it is looked at again.
 */
function everythingIsIn(): Promise<void> {
  let again = false;
  return condition(() => {
    const holds = again;
    again = true;
    return holds;
  });
}

/** What Temporal UI shows as the run's current details. */
function showDetails(turn: TurnResult): void {
  const waits = turn.trace.flatMap((event) => (event.type === 'step.waiting' ? [event] : []));
  const last = turn.trace.at(-1);
  const lines = waits.map((event) => `- \`${event.step.path}\` waits (${event.waitKind})`);
  setCurrentDetails([`Last event ${last?.seq ?? 0}: \`${last?.type ?? ''}\``, ...lines].join('\n'));
}

function picture(snapshot: Snapshot, state: RunState): JsonObject {
  return {
    runId: snapshot.runId,
    waiting: state.waiting,
    suspended: state.suspended,
    steps: state.nextStep - 1,
    events: state.seq,
    open: Object.values(state.frames).map(({ pointer, body }) => ({ task: pointer, kind: body.kind })),
  };
}

function ending({ outcome }: RunState): Json {
  switch (outcome?.status) {
    case 'completed':
      return outcome.output;
    case 'faulted':
      throw toApplicationFailure(outcome.error);
    case 'canceled':
      throw new CancelledFailure(`${outcome.reason} (${workflowInfo().workflowId})`);
    default:
      throw new Error('The run has not ended.');
  }
}
