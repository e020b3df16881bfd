import { failure } from './failure.ts';
import type { InterpreterEvent, OpenCommand } from './interpreter/commands.ts';
import { createInterpreter, type Interpreter } from './interpreter/interpreter.ts';
import type { InterpreterParams } from './interpreter/load.ts';
import type { Snapshot } from './interpreter/snapshot.ts';
import type { Outcome, RunState } from './interpreter/state.ts';
import type { NumberedTrace } from './interpreter/trace.ts';
import { atPointer, isArray, isObject, own, type Json, type JsonObject } from './json.ts';

/** What calls answer in a rehearsal, by name or JSON Pointer of their step; `{error}` alone faults. */
export type Mocks = Readonly<Record<string, Json>>;

/** What a rehearsal gave. Without `outcome` the run would wait for an event that no mock gives. */
export interface DryRunResult {
  readonly outcome?: Outcome;
  readonly trace: readonly NumberedTrace[];
}

/** Parameters of {@link dryRun}. */
export interface DryRunParams extends InterpreterParams {
  readonly mocks: Mocks;
  /** Epoch milliseconds at which the rehearsal begins; waits take no time but move this clock on. */
  readonly at: number;
}

/** Turns of the reducer after which a rehearsal is given up. */
const MOST_TURNS = 20_000;

interface Timer {
  readonly id: number;
  readonly dueAt: number;
  /** Whether it ends the whole run. */
  readonly ofRun: boolean;
}

interface Stage {
  readonly definition: JsonObject;
  readonly interpreter: Interpreter;
  readonly mocks: Mocks;
  state: RunState;
  now: number;
  readonly events: InterpreterEvent[];
  timers: readonly Timer[];
  readonly trace: NumberedTrace[];
  /** Listening steps that were given their mock: once each. */
  readonly served: Set<string>;
}

/** Rehearses a run without any effect: calls answer with mocks, timers fire at once, in the order they are due. */
export function dryRun(snapshot: Snapshot, params: DryRunParams): DryRunResult {
  const interpreter = createInterpreter(snapshot, params.at, params);
  const begun = interpreter.start(params.at);
  const stage: Stage = {
    definition: snapshot.definition,
    interpreter,
    mocks: params.mocks,
    state: begun.state,
    now: params.at,
    events: [],
    timers: [],
    trace: [],
    served: new Set(),
  };
  take(stage, begun);
  for (let turns = 0; turns < MOST_TURNS && stage.state.outcome === undefined; turns += 1) {
    const event = stage.events.shift() ?? nextMockedEvent(stage) ?? nextTimer(stage);
    if (event === null) break;
    const result = interpreter.next(stage.state, event, stage.now);
    stage.state = result.state;
    take(stage, result);
  }
  const { outcome } = stage.state;
  return { ...(outcome === undefined ? {} : { outcome }), trace: stage.trace };
}

function take(stage: Stage, turn: ReturnType<Interpreter['next']>): void {
  stage.trace.push(...turn.trace);
  for (const command of turn.commands) {
    if (command.kind === 'yield') stage.events.push({ kind: 'continue' });
    else if (command.kind === 'cancel') stage.timers = stage.timers.filter(({ id }) => id !== command.target);
    else if (command.kind === 'start-timer')
      stage.timers = [
        ...stage.timers,
        {
          id: command.id,
          dueAt: command.dueAt,
          ofRun: command.purpose === 'timeout' && command.step.path === '',
        },
      ];
    else stage.events.push(answer(stage.mocks, command));
  }
}

function nextTimer(stage: Stage): InterpreterEvent | null {
  // A run that waits for an event without a mock waits; that it would be too late one day is no news.
  const wanted = stage.timers.some(({ ofRun }) => !ofRun);
  const [first] = stage.timers.toSorted((a, b) => a.dueAt - b.dueAt || a.id - b.id);
  if (first === undefined || !wanted) return null;
  stage.timers = stage.timers.filter(({ id }) => id !== first.id);
  stage.now = Math.max(stage.now, first.dueAt);
  return { kind: 'fired', command: first.id };
}

/**
 * A listening step's mock is the event (or the events) that reach it; anything but an event with a `type` is the data of
 * one that has the type its filter asks for.
 */
function nextMockedEvent(stage: Stage): InterpreterEvent | null {
  for (const event of stage.trace) {
    if (event.type !== 'step.waiting' || event.waitKind !== 'event') continue;
    const { id, path, name } = event.step;
    const mock = mockOf(stage.mocks, { path, name });
    const list = isArray(mock) ? mock : [mock];
    for (const [index, given] of list.entries()) {
      const key = `${id}/${index}`;
      if (given === undefined || stage.served.has(key)) continue;
      stage.served.add(key);
      const types = filterTypes(stage.definition, path);
      return { kind: 'signal', event: asEvent(given, { type: types[index] ?? types[0] ?? name, key }) };
    }
  }
  return null;
}

/** The types that the filters of a `listen` ask for, where they are written out. */
function filterTypes(definition: JsonObject, path: string): readonly string[] {
  const to = atPointer(definition, `${path}/listen/to`);
  const filters = ['one', 'any', 'all'].flatMap((strategy) => atPointer(to, `/${strategy}`) ?? []);
  return filters.flatMap((filter) => {
    const type = atPointer(filter, '/with/type');
    return typeof type === 'string' && !type.startsWith('${') ? [type] : [];
  });
}

function asEvent(given: Json, step: { type: string; key: string }): JsonObject {
  const event =
    isObject(given) && own(given, 'type') !== undefined ? given : { type: step.type, data: given };
  return { specversion: '1.0', id: `mock/${step.key}`, source: '/dry-run', ...event };
}

function mockOf(mocks: Mocks, step: { path: string; name: string }): Json | undefined {
  return own(mocks, step.path) ?? own(mocks, step.name);
}

function answer(mocks: Mocks, command: Exclude<OpenCommand, { kind: 'start-timer' }>): InterpreterEvent {
  const mock = mockOf(mocks, command.step);
  if (mock === undefined) {
    const detail = `The step "${command.step.name}" calls something outside and has no mock; give one under "${command.step.name}" or "${command.step.path}".`;
    return { kind: 'failed', command: command.id, failure: failure('configuration', detail) };
  }
  const error = errorOf(mock);
  if (error !== null) return { kind: 'failed', command: command.id, failure: error };
  return { kind: 'completed', command: command.id, result: resultOf(command, mock) };
}

function errorOf(mock: Json): ReturnType<typeof failure> | null {
  if (!isObject(mock)) return null;
  const given = own(mock, 'error');
  if (given === undefined || Object.keys(mock).length !== 1) return null;
  if (!isObject(given)) return failure('runtime', typeof given === 'string' ? given : JSON.stringify(given));
  const text = (key: string): string | undefined => {
    const value = own(given, key);
    return typeof value === 'string' ? value : undefined;
  };
  const status = own(given, 'status');
  const type = text('type');
  const title = text('title');
  return failure('runtime', text('detail') ?? title ?? 'The mock says that the call fails.', {
    ...(type === undefined ? {} : { type }),
    ...(title === undefined ? {} : { title }),
    ...(typeof status === 'number' ? { status } : {}),
  });
}

function resultOf(command: OpenCommand, mock: Json): Json {
  if (command.kind === 'invoke-agent') return { output: mock, usage: { calls: 0 } };
  if (command.kind !== 'open-human-task') return mock;
  const given = isObject(mock) ? mock : { outcome: mock };
  const action = own(given, 'action') ?? own(given, 'outcome') ?? null;
  return {
    outcome: action,
    action,
    form: null,
    comment: null,
    items: null,
    decidedBy: [],
    ...given,
    humanTaskId: 'dry-run',
  };
}
