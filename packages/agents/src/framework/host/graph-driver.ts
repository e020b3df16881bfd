import { failure, type AgentReply, type Json, type JsonObject, type Usage } from '@baton/core';
import { AgentFailureError, type AgentEvent } from '../../adapter.ts';
import { createGraphReading, type GraphOutcome, type GraphReading } from '../../langgraph/graph-reading.ts';
import { lastWords, usageOf } from '../../langgraph/messages.ts';
import { toPause, toResumeValue } from '../../langgraph/pause.ts';
import { at, listAt, textAt } from '../../wire/fields.ts';
import { restoreThread, storeThread } from './checkpoint.ts';
import type { Driver } from './driver.ts';
import type { Graph, Langgraph, MemorySaver } from './foreign-codec.ts';
import type { HostCall } from './host-protocol.ts';
import { listenToModels } from './model-calls.ts';
import { toPlain } from './plain.ts';

/** Parameters of {@link createGraphDriver}. */
export interface GraphDriverParams {
  readonly graph: Graph;
  readonly langgraph: Langgraph | null;
  /** What is given as output: the state at the end, or the answer in it. */
  readonly output: 'state' | 'answer';
}

/** The driver of a graph, or of an agent that is one inside. */
export function createGraphDriver(params: GraphDriverParams): Driver {
  const { graph, langgraph } = params;
  const ownsThreads = typeof graph.checkpointer === 'object' && graph.checkpointer !== null;
  const saver = ownsThreads || langgraph === null ? null : new langgraph.MemorySaver();
  if (saver !== null) graph.checkpointer = saver;
  return {
    async answer(call, emit) {
      if (call.session !== undefined && !ownsThreads) throw keepsNothing(call.label);
      const threadId = textAt(call.resume?.state, 'threadId') ?? call.session ?? call.idempotencyKey;
      const thread = textAt(call.resume?.state, 'thread');
      if (saver !== null && thread !== undefined) restoreThread(saver, threadId, thread);
      try {
        const turn: Turn = { ...params, call, emit, threadId, saver, ownsThreads };
        return ownsThreads ? await answerOnce(turn) : await ask(turn, await questionOf(turn));
      } finally {
        await saver?.deleteThread(threadId);
      }
    },
  };
}

/** One question to a graph. */
interface Turn extends GraphDriverParams {
  readonly call: HostCall;
  readonly emit: (event: AgentEvent) => void;
  readonly threadId: string;
  /** Whether the graph keeps its threads itself. */
  readonly ownsThreads: boolean;
  /** Where they are kept while it is asked; null: with the graph, or nowhere. */
  readonly saver: MemorySaver | null;
}

/** A graph that keeps its threads may have worked on this question before: it goes on from there. */
async function answerOnce(turn: Turn): Promise<AgentReply> {
  const { graph, call } = turn;
  // A conversation has had other questions; how far this one came cannot be told from them.
  if (call.session !== undefined && call.resume === undefined) return ask(turn, await questionOf(turn));
  const { values, next, tasks, config } = await graph.getState({ configurable: configurableOf(turn) });
  if (config?.configurable?.checkpoint_id === undefined) return ask(turn, await questionOf(turn));
  const pending = listAt(toPlain(tasks.flatMap(({ interrupts = [] }) => interrupts)));
  const asked = listAt(call.resume?.state, 'interrupts').map((interrupt) => textAt(interrupt, 'id'));
  if (pending.some((interrupt) => asked.includes(textAt(interrupt, 'id'))))
    return ask(turn, await questionOf(turn));
  if (pending.length === 0 && next.length > 0) return ask(turn, null);
  const reading = createGraphReading(turn);
  reading.takeResult(toPlain(values));
  const { added } = reading.outcome();
  return replyOf(turn, { ...reading.outcome(), interrupts: pending }, usageOf(added));
}

async function ask(turn: Turn, question: unknown): Promise<AgentReply> {
  const { graph, emit } = turn;
  const reading = createGraphReading({ emit });
  const models = listenToModels();
  const stream = await graph.stream(question, {
    configurable: configurableOf(turn),
    streamMode: ['values', 'messages', 'custom'],
    callbacks: [models.handler],
  });
  for await (const [mode, data] of stream) take(reading, turn, { mode, told: toPlain(data) });
  const outcome = reading.outcome();
  // A graph that asks a model past LangChain reports what that used in messages of its state only.
  return replyOf(turn, outcome, usageOf(models.answers.length > 0 ? models.answers : outcome.added));
}

interface Piece {
  readonly mode: string;
  readonly told: Json;
}

function take(reading: GraphReading, { emit }: Turn, { mode, told }: Piece): void {
  if (mode === 'values') reading.takeState(told);
  else if (mode === 'messages') reading.takePiece(at(told, 0) ?? null);
  else emit({ type: 'agent.message', data: typeof told === 'string' ? told : JSON.stringify(told) });
}

function replyOf(turn: Turn, { values, interrupts }: GraphOutcome, usage: Usage): AgentReply {
  const { saver, threadId } = turn;
  const text = lastWords(values);
  const answer = at(values, 'structuredResponse') ?? text ?? null;
  const reply = {
    output: turn.output === 'state' ? values : answer,
    ...(text === undefined ? {} : { text }),
    usage,
    ...(turn.ownsThreads ? { sessionId: threadId } : {}),
  };
  if (interrupts.length === 0) return { ...reply, finish: 'stop' };
  const place = { threadId, ...(saver === null ? {} : { thread: storeThread(saver, threadId) }) };
  return { ...reply, finish: 'pause', pause: toPause(interrupts, place) };
}

function configurableOf({ threadId, call }: Turn): JsonObject {
  return { thread_id: threadId, idempotency_key: call.idempotencyKey, baton_run_id: call.runId };
}

/** What the graph is asked: the input, or the answer it has paused for. */
async function questionOf({ call, langgraph }: Turn): Promise<unknown> {
  if (call.resume === undefined) return inputOf(call.input);
  const resume = toResumeValue(call.resume);
  if (langgraph !== null) return new langgraph.Command({ resume });
  const detail = `${call.label} cannot go on: @langchain/langgraph is not found from its module.`;
  throw new AgentFailureError(failure('configuration', detail, { code: 'no_langgraph' }));
}

/** A text is what a person says. */
function inputOf(input: Json): Json {
  return typeof input === 'string' ? { messages: [{ role: 'user', content: input }] } : input;
}

function keepsNothing(label: string): AgentFailureError {
  const detail = `${label} keeps no conversations: compile its graph with a checkpointer, or call it without a session.`;
  return new AgentFailureError(failure('configuration', detail, { code: 'no_sessions' }));
}
