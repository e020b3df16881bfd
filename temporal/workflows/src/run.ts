import {
  createInterpreter,
  excerpt,
  storableText,
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
  isCancellation,
  proxySinks,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { toApplicationFailure } from './failures.ts';
import { createDecided } from './human-task.ts';
import {
  cancelReason,
  deliverEvent,
  describeRun,
  humanTaskDecided,
  resume,
  suspend,
  type BatonSinks,
} from './messages.ts';
import { createPerformer } from './perform.ts';
import { sha256 } from './sha256.ts';
import { createSchemaValidator } from './validate-schema.ts';

/** Characters of a reason to cancel; the API refuses longer ones. */
const LONGEST_REASON = 1_000;

/**
 * Events of one execution after which it is continued as new: a worker that has lost it replays them all within the ten
 * seconds of a workflow task.
 */
const LONGEST_EXECUTION = 10_000;

/** Where an execution goes on that continues another one. */
export interface Continuation {
  readonly state: RunState;
  /** When the run itself began, in epoch milliseconds. */
  readonly startedAt: number;
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
  const decided = createDecided();
  handleMessages(inbox, decided.note);
  noteCancel(inbox);
  return CancellationScope.nonCancellable(async () => {
    const startedAt = continuation?.startedAt ?? Date.now();
    const tools = { validateSchema: createSchemaValidator(), hash: sha256 };
    const interpreter = createInterpreter(snapshot, startedAt, tools);
    const performer = createPerformer({ snapshot, feed: inbox.feed, decided });
    const first = begin(interpreter, continuation);
    let { state } = first;
    let recorded = record(first);
    first.commands.forEach(performer.perform);
    setHandler(describeRun, () => picture(snapshot, state));
    while (state.outcome === undefined) {
      await condition(() => inbox.events.length > 0);
      for (let event = inbox.events.shift(); event !== undefined; event = inbox.events.shift()) {
        const turn = interpreter.next(state, event, Date.now());
        ({ state } = turn);
        recorded += record(turn);
        const long = recorded >= LONGEST_EXECUTION || workflowInfo().continueAsNewSuggested;
        const quiet = performer.isQuiet() && inbox.events.length === 0 && state.outcome === undefined;
        // The commands of this turn are open in the state: the next execution performs them.
        if (long && quiet) await continueAsNew<typeof run>(snapshot, { state, startedAt });
        turn.commands.forEach(performer.perform);
      }
    }
    await performer.settled();
    return ending(state);
  });
}

/** The first turn of an execution: the run's own, or what is open in the state it goes on from. */
function begin(interpreter: Interpreter, continuation: Continuation | undefined): TurnResult {
  if (continuation === undefined) return interpreter.start(Date.now());
  const { state } = continuation;
  return { state, commands: interpreter.openCommands(state), trace: [] };
}

function createInbox(): Inbox {
  const events: InterpreterEvent[] = [];
  return { events, feed: (event) => void events.push(event) };
}

function handleMessages(inbox: Inbox, noteDecided: (humanTaskId: string) => void): void {
  setHandler(humanTaskDecided, (message) => {
    // Whoever reaches Temporal can send anything here.
    const id: unknown = message?.humanTaskId;
    if (typeof id === 'string') noteDecided(id);
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

function noteCancel(inbox: Inbox): void {
  let reason = 'The run was canceled.';
  setHandler(cancelReason, (text) => {
    // Whoever reaches Temporal can send anything here, also what PostgreSQL does not take.
    if (typeof text === 'string' && text !== '') reason = storableText(excerpt(text, LONGEST_REASON));
  });
  CancellationScope.current().cancelRequested.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
    inbox.feed({ kind: 'cancel', reason });
  });
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
