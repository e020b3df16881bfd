import { createHash } from 'node:crypto';
import { Validator } from '@cfworker/json-schema';
import type { PinnedAgent } from '../agent.ts';
import { DEFAULT_RETRY } from '../agent.ts';
import { failure, type Failure } from '../failure.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Command, InterpreterEvent, OpenCommand } from './commands.ts';
import { createInterpreter, type Interpreter } from './interpreter.ts';
import type { InterpreterParams } from './load.ts';
import type { TurnResult } from './settle.ts';
import { ENGINE_VERSION, type Snapshot } from './snapshot.ts';
import type { RunState } from './state.ts';
import type { NumberedTrace, TraceEvent } from './trace.ts';

/*
 * For tests only: a run that is driven by hand. Nothing answers by itself and the clock stands still until it is told.
 */

/** When runs begin by hand. */
export const BEGIN = Date.UTC(2026, 0, 1);

/** What the interpreter is given in tests: the same validator as in the sandbox, and Node's SHA-256. */
export const PARAMS: InterpreterParams = {
  validateSchema(schema, value) {
    const given = typeof schema === 'boolean' ? schema : { ...schema };
    const { errors } = new Validator(given, '2020-12', false).validate(value);
    return errors.map((error) => ({ pointer: error.instanceLocation.replace('#', ''), detail: error.error }));
  },
  hash: (text) => createHash('sha256').update(text).digest('hex'),
};

/** An agent version as runs are pinned to it. */
export function agentOf(more: Partial<PinnedAgent> = {}): PinnedAgent {
  return {
    name: 'writer',
    version: '1.0.0',
    adapter: 'http',
    config: {},
    timeoutMs: 60_000,
    retry: DEFAULT_RETRY,
    effects: 'unknown',
    ...more,
  };
}

/** What a test says of its run besides the tasks. */
export interface HandParams {
  readonly input?: Json;
  /** Members of the definition beside `document` and `do`. */
  readonly definition?: JsonObject;
  /** The agent that every `call: agent` reaches. */
  readonly agent?: PinnedAgent;
}

/** A snapshot of a definition with these tasks. */
export function snapshotOf(tasks: readonly Json[], params: HandParams = {}): Snapshot {
  const agent = params.agent ?? agentOf();
  const key = `${agent.name}@${agent.version}`;
  return {
    engine: ENGINE_VERSION,
    runId: '018f0000-0000-7000-8000-000000000001',
    workspaceId: '018f0000-0000-7000-8000-00000000000a',
    definition: {
      document: { dsl: '1.0.3', namespace: 'test', name: 'by-hand', version: '1.0.0' },
      ...params.definition,
      do: tasks,
    },
    agents: { [key]: agent },
    pins: Object.fromEntries(agentCalls(tasks, '/do').map((pointer) => [pointer, key])),
    requester: 'iss#me',
    priority: 3,
    input: params.input ?? {},
  };
}

function agentCalls(value: Json, pointer: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = 'call' in value && value['call'] === 'agent' ? [pointer] : [];
  const inner = Object.entries(value).flatMap(([key, item]: [string, Json]) =>
    agentCalls(item, `${pointer}/${key}`),
  );
  return [...here, ...inner];
}

/** A run in a test's hands. */
export interface Hand {
  readonly interpreter: Interpreter;
  readonly state: RunState;
  /** Every command ever asked for, in order. */
  readonly commands: readonly Command[];
  readonly trace: readonly NumberedTrace[];
  /** Epoch milliseconds; the test moves it on. */
  now: number;
  /** Commands that are neither answered nor taken back. */
  open(): readonly OpenCommand[];
  /** The open command of the step with this name, the first one when there are several. */
  of(step: string): OpenCommand;
  feed(event: InterpreterEvent): TurnResult;
  /** Answers the open call of a step; an agent's call with this output. */
  answer(step: string, result: Json): TurnResult;
  fail(step: string, failed?: Partial<Failure>): TurnResult;
  /** Lets the timer that is due first fire, and moves the clock to it. */
  fire(): TurnResult;
  signal(event: JsonObject): TurnResult;
}

/** Starts a run by hand. */
export function start(tasks: readonly Json[], params: HandParams = {}): Hand {
  return startSnapshot(snapshotOf(tasks, params));
}

/** Starts a run of a snapshot by hand. */
export function startSnapshot(snapshot: Snapshot): Hand {
  const interpreter = createInterpreter(snapshot, BEGIN, PARAMS);
  const begun = interpreter.start(BEGIN);
  let { state } = begun;
  const commands: Command[] = [...begun.commands];
  const trace: NumberedTrace[] = [...begun.trace];
  const answered = new Set<number>();
  const open = (): readonly OpenCommand[] => openOf(commands, answered);
  const find = (step: string, kinds: readonly string[] = CALLS): OpenCommand => {
    const found = open().find((command) => command.step.name === step && kinds.includes(command.kind));
    if (found === undefined) throw new Error(`The step "${step}" has no open command.`);
    return found;
  };
  const hand: Hand = {
    interpreter,
    commands,
    trace,
    now: BEGIN,
    get state() {
      return state;
    },
    open,
    of: (step) => find(step, [...CALLS, 'start-timer']),
    feed(event) {
      if ('command' in event && !NEWS.includes(event.kind)) answered.add(event.command);
      const turn = interpreter.next(state, event, hand.now);
      ({ state } = turn);
      commands.push(...turn.commands);
      trace.push(...turn.trace);
      return turn;
    },
    answer(step, given) {
      const command = find(step);
      const result = command.kind === 'invoke-agent' ? { output: given } : given;
      return hand.feed({ kind: 'completed', command: command.id, result });
    },
    fail: (step, failed = {}) =>
      hand.feed({
        kind: 'failed',
        command: find(step).id,
        failure: failure('communication', 'It is away.', { retryable: true, ...failed }),
      }),
    fire() {
      const timers = open().flatMap((command) => (command.kind === 'start-timer' ? [command] : []));
      const [first] = timers.toSorted((a, b) => a.dueAt - b.dueAt || a.id - b.id);
      if (first === undefined) throw new Error('No timer is open.');
      hand.now = Math.max(hand.now, first.dueAt);
      return hand.feed({ kind: 'fired', command: first.id });
    },
    signal: (event) => hand.feed({ kind: 'signal', event }),
  };
  return hand;
}

const CALLS = ['invoke-agent', 'call-http', 'open-human-task', 'start-run'];
const NEWS = ['human-task-opened', 'child-started', 'call-queued', 'call-admitted', 'answer-awaited'];

function openOf(commands: readonly Command[], answered: ReadonlySet<number>): readonly OpenCommand[] {
  const taken = new Set(commands.flatMap((command) => (command.kind === 'cancel' ? [command.target] : [])));
  return commands.flatMap((command) =>
    command.kind === 'yield' || command.kind === 'cancel' || taken.has(command.id) || answered.has(command.id)
      ? []
      : [command],
  );
}

/** The types of a run's events, those of steps with the step's name: `step.started a`. */
export function told(hand: Hand): readonly string[] {
  return hand.trace.map((event) => ('step' in event ? `${event.type} ${event.step.name}` : event.type));
}

/** The events of one type. */
export function eventsOf<Type extends TraceEvent['type']>(
  hand: Hand,
  type: Type,
): readonly Extract<NumberedTrace, { type: Type }>[] {
  return hand.trace.filter((event): event is Extract<NumberedTrace, { type: Type }> => event.type === type);
}

/** The output of a run that has completed. */
export function outputOf(hand: Hand): Json {
  const { outcome } = hand.state;
  if (outcome?.status !== 'completed')
    throw new Error(`The run has not completed: ${JSON.stringify(outcome)}`);
  return outcome.output;
}

/** The error of a run that has faulted. */
export function errorOf(hand: Hand): { type: string; status: number; detail: string; instance: string } {
  const { outcome } = hand.state;
  if (outcome?.status !== 'faulted') throw new Error(`The run has not faulted: ${JSON.stringify(outcome)}`);
  const { type, status, detail = '', instance = '' } = outcome.error;
  return { type, status, detail, instance };
}
