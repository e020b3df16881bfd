import {
  createInterpreter,
  excerpt,
  storableText,
  type Command,
  type Interpreter,
  type InterpreterEvent,
  type Json,
  type JsonObject,
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
  isCancellation,
  proxySinks,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { toApplicationFailure } from './failures.ts';
import {
  cancelReason,
  childRunEnded,
  deliverEvent,
  describeRun,
  humanTaskDecided,
  resume,
  suspend,
  type BatonSinks,
} from './messages.ts';
import { createPerformer, type Performer } from './perform.ts';
import { sha256 } from './sha256.ts';
import { createSuccession, type Succession } from './succession.ts';
import { createSchemaValidator } from './validate-schema.ts';
import { createWakeUps, type WakeUps } from './wake-ups.ts';

/** Characters of a reason to cancel; the API refuses longer ones. */
const LONGEST_REASON = 1_000;

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
}

/**
 * Interprets any definition: performs the reducer's commands and feeds back what comes of them. Registered as the
 * dynamic workflow, so that Temporal shows `namespace/name` as the type.
 */
export async function run(snapshot: Snapshot, continuation?: Continuation): Promise<Json> {
  const inbox = createInbox();
  const wakeUps = { decided: createWakeUps(), childRunEnded: createWakeUps() };
  handleMessages(inbox, wakeUps);
  const words = noteCancel(inbox, continuation?.cancelReason);
  return CancellationScope.nonCancellable(async () => {
    const startedAt = continuation?.startedAt ?? Date.now();
    const tools = { validateSchema: createSchemaValidator(), hash: sha256 };
    const interpreter = createInterpreter(snapshot, startedAt, tools);
    const performer = createPerformer({ snapshot, feed: inbox.feed, ...wakeUps });
    const pace = createPace(performer);
    const first = begin(interpreter, continuation);
    let { state } = first;
    setHandler(describeRun, () => picture(snapshot, state));
    pace.record(first);
    pace.perform(first);
    while (state.outcome === undefined) {
      await condition(() => inbox.events.length > 0 || pace.isDue());
      for (let event = inbox.events.shift(); event !== undefined; event = inbox.events.shift()) {
        const turn = interpreter.next(state, event, Date.now());
        ({ state } = turn);
        pace.record(turn);
        // The commands of this turn are open in the state: the next execution would perform them.
        if (inbox.events.length > 0 || state.outcome !== undefined || !pace.isDue()) pace.perform(turn);
      }
      if (state.outcome === undefined && pace.isDue())
        await continueAsNew<typeof run>(snapshot, {
          state,
          startedAt,
          details: getCurrentDetails(),
          ...words(),
        });
    }
    await performer.settled();
    return ending(state);
  });
}

/** Performs what the turns of an execution ask for, until it is time for another execution. */
interface Pace {
  /** Hands the events of a turn out. */
  record(turn: TurnResult): void;
  /** Performs the commands of a turn, or leaves calls to the next execution when this one has become too long. */
  perform(turn: TurnResult): void;
  isDue(): boolean;
}

function createPace(performer: Performer, succession: Succession = createSuccession()): Pace {
  let holding = false;
  const hold = (): void => {
    if (holding) return;
    holding = true;
    void sleep(LONGEST_HOLD, { summary: 'running calls may end before the run goes on anew' }).then(() => {
      succession.tire();
    });
  };
  return {
    record: (turn) => {
      succession.note(record(turn));
    },
    perform({ commands }) {
      if (succession.holds()) hold();
      for (const command of commands) if (!holding || !isCall(command)) performer.perform(command);
    },
    isDue: () => succession.isDue(performer.motion()),
  };
}

function isCall({ kind }: Command): boolean {
  return kind !== 'start-timer' && kind !== 'yield' && kind !== 'cancel';
}

/** The first turn of an execution: the run's own, or what is open in the state it goes on from. */
function begin(interpreter: Interpreter, continuation: Continuation | undefined): TurnResult {
  if (continuation === undefined) return interpreter.start(Date.now());
  const { state, details } = continuation;
  setCurrentDetails(details);
  return { state, commands: interpreter.openCommands(state), trace: [] };
}

function createInbox(): Inbox {
  const events: InterpreterEvent[] = [];
  return { events, feed: (event) => void events.push(event) };
}

function handleMessages(inbox: Inbox, wakeUps: { decided: WakeUps; childRunEnded: WakeUps }): void {
  setHandler(humanTaskDecided, (message) => {
    // Whoever reaches Temporal can send anything here.
    const id: unknown = message?.humanTaskId;
    if (typeof id === 'string') wakeUps.decided.note(id);
  });
  setHandler(childRunEnded, (message) => {
    const id: unknown = message?.childRunId;
    if (typeof id === 'string') wakeUps.childRunEnded.note(id);
  });
  setHandler(deliverEvent, (event) => {
    if (typeof event === 'object' && event !== null && !Array.isArray(event))
      inbox.feed({ kind: 'signal', event });
  });
  setHandler(suspend, () => {
    inbox.feed({ kind: 'suspend' });
  });
  setHandler(resume, () => {
    inbox.feed({ kind: 'resume' });
  });
}

/** Feeds a cancel with its reason; answers what another execution must know of a reason that came before its cancel. */
function noteCancel(inbox: Inbox, known?: string): () => Pick<Continuation, 'cancelReason'> {
  let reason = known;
  setHandler(cancelReason, (text) => {
    // Whoever reaches Temporal can send anything here, also what PostgreSQL does not take.
    if (typeof text === 'string' && text !== '') reason = storableText(excerpt(text, LONGEST_REASON));
  });
  CancellationScope.current().cancelRequested.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
    inbox.feed({ kind: 'cancel', reason: reason ?? 'The run was canceled.' });
  });
  return () => (reason === undefined ? {} : { cancelReason: reason });
}

/** Hands the events of a turn out, and says how many. */
function record(turn: TurnResult): number {
  if (turn.trace.length > 0) {
    proxySinks<BatonSinks>().baton.record(turn.trace);
    showDetails(turn);
  }
  return turn.trace.length;
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
