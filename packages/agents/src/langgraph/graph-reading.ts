import { isObject, type Json } from '@baton/core';
import type { AgentEvent } from '../adapter.ts';
import { at, listAt, textAt } from '../wire/fields.ts';
import { contentOf, isFromModel, messagesOf, newMessages } from './messages.ts';

/** What a graph has come to. */
export interface GraphOutcome {
  readonly values: Json;
  /** Empty: it did not interrupt itself. */
  readonly interrupts: readonly Json[];
  /** The model's messages that it has added, and that no reply before a pause has counted. */
  readonly added: readonly Json[];
}

/** Reads what a graph tells on its way, and tells it on. */
export interface GraphReading {
  /** Takes a piece of a message while it comes. */
  takePiece(message: Json): void;
  /** Takes a state of the way; the first one is that before the graph's first step. */
  takeState(state: Json): void;
  /** Takes the state at the end, where nothing was told on the way. */
  takeResult(state: Json): void;
  outcome(): GraphOutcome;
}

/** What {@link createGraphReading} needs. */
export interface GraphReadingParams {
  readonly emit: (event: AgentEvent) => void;
  /** Ids of messages whose usage was reported before a pause. Default: none. */
  readonly counted?: ReadonlySet<string>;
}

interface Told {
  values: Json;
  /** Ids of the messages before the run; null: not told. */
  before: ReadonlySet<string> | null;
  /** How many states were told. */
  states: number;
  readonly interrupts: Map<string, Json>;
  /** Tool calls and results that have been told. */
  readonly tools: Set<string>;
}

/** Creates the reader of one run of a graph. */
export function createGraphReading({ emit, counted = new Set() }: GraphReadingParams): GraphReading {
  const told: Told = { values: null, before: null, states: 0, interrupts: new Map(), tools: new Set() };
  return {
    takePiece: (message) => {
      tellPiece(message, emit);
    },
    takeState(state) {
      told.before ??= new Set(messagesOf(state).flatMap((message) => textAt(message, 'id') ?? []));
      told.states += 1;
      tellTools(state, told, emit);
      keep(state, told);
    },
    takeResult: (state) => {
      keep(state, told);
    },
    outcome() {
      // A graph that tells one state only tells that of its end.
      const before = told.states > 1 ? told.before : null;
      const { values, interrupts } = told;
      return {
        values,
        interrupts: [...interrupts.values()],
        added: newMessages(values, { before, counted }),
      };
    },
  };
}

const INTERRUPT = '__interrupt__';

/** A state that may hold interrupts; an answer with nothing but interrupts is no state. */
function keep(state: Json, told: Told): void {
  const asked = listAt(state, INTERRUPT);
  asked.forEach((interrupt, n) => told.interrupts.set(textAt(interrupt, 'id') ?? String(n), interrupt));
  if (!isObject(state)) {
    told.values = state;
    return;
  }
  const members = Object.entries(state).filter(([key]) => key !== INTERRUPT);
  if (asked.length === 0 || members.length > 0) told.values = Object.fromEntries(members);
}

type Emit = GraphReadingParams['emit'];

/** Tells a piece of a message of a model, its thoughts first. */
export function tellPiece(message: Json, emit: Emit): void {
  if (!isFromModel(message)) return;
  const [thinking, text] = [contentOf(message, 'thinking'), contentOf(message, 'text')];
  if (thinking !== '') emit({ type: 'agent.thinking', data: thinking });
  if (text !== '') emit({ type: 'agent.chunk', data: text });
}

/** Tool calls come whole in the state only, and stand there in every state that follows. */
function tellTools(state: Json, { before, tools }: Told, emit: Emit): void {
  const isNew = (key: string): boolean => !tools.has(key) && tools.add(key).has(key);
  for (const message of messagesOf(state)) {
    if (before?.has(textAt(message, 'id') ?? '') === true) continue;
    for (const call of listAt(message, 'tool_calls')) {
      const [id, name] = [textAt(call, 'id') ?? '', textAt(call, 'name') ?? ''];
      if (isNew(`call ${id}`))
        emit({ type: 'agent.tool_call', data: { id, name, arguments: at(call, 'args') ?? {} } });
    }
    const id = textAt(message, 'tool_call_id');
    if (id !== undefined && isNew(`result ${id}`)) {
      const result = at(message, 'content') ?? null;
      emit({ type: 'agent.tool_result', data: { id, name: textAt(message, 'name') ?? '', result } });
    }
  }
}
