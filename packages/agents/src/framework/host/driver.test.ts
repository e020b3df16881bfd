import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import * as langgraphModule from '@langchain/langgraph';
import {
  Command,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { describe, expect, it } from '@jest/globals';
import { parseJson, type AgentPause, type AgentReply, type Json } from '@baton/core';
import { createAgent, fakeModel, humanInTheLoopMiddleware, tool, toolStrategy } from 'langchain';
import { z } from 'zod';
import { AgentFailureError, type AgentEvent } from '../../adapter.ts';
import { failureOf } from '../../vendor-stand.ts';
import { createDriver, type Driver } from './driver.ts';
import { asLanggraph } from './foreign-codec.ts';
import type { AgentOrder, HostCall } from './host-protocol.ts';

const langgraph = asLanggraph(langgraphModule);

const driverOf = (agent: unknown, framework: AgentOrder['framework'] = 'langgraph'): Driver =>
  createDriver({ agent, framework, langgraph });

interface Answered {
  readonly reply: AgentReply;
  readonly events: readonly AgentEvent[];
}

async function ask(driver: Driver, more: Partial<HostCall> = {}): Promise<Answered> {
  const events: AgentEvent[] = [];
  const call = { label: 'Agent "tea"', input: 'tea?', idempotencyKey: 'key-1', runId: 'run-1', ...more };
  return { reply: await driver.answer(call, (event) => void events.push(event)), events };
}

/** What is stored of a pause until somebody has decided. */
function stored({ pause }: AgentReply): AgentPause['resume'] {
  if (pause === undefined) throw new Error('The reply has no pause.');
  return parseJson(JSON.stringify(pause.resume));
}

const approve = (state: Json): Partial<HostCall> => ({ resume: { state, answer: { outcome: 'approve' } } });

const usage = (input: number, output: number) => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
});

const brew = tool(({ cups }: { cups: number }) => `brewed ${cups}`, {
  name: 'brew',
  description: 'Brews tea',
  schema: z.object({ cups: z.number() }),
});

interface Said {
  readonly id?: string;
  readonly content: string;
  readonly tool_calls?: { id: string; name: string; args: Record<string, unknown> }[];
}

/** A message of a model; the package's own type of its usage cannot be met. */
function said(fields: Said, used: readonly [number, number]): AIMessage {
  const whole: Said = Object.assign({ ...fields }, { usage_metadata: usage(...used) });
  return new AIMessage({ ...whole });
}

const ordering = () =>
  said({ content: 'One moment', tool_calls: [{ id: 'call-1', name: 'brew', args: { cups: 2 } }] }, [10, 3]);
const serving = () => said({ content: 'Tea is ready.' }, [20, 4]);

/** An agent that asks before it brews. Its packages' types cannot be met where optional properties are exact. */
function careful(...answers: readonly AIMessage[]): unknown {
  const model = answers.reduce((fake, answer) => fake.respond(answer), fakeModel());
  const middleware: unknown = Reflect.apply(humanInTheLoopMiddleware, undefined, [
    { interruptOn: { brew: true } },
  ]);
  return Reflect.apply(createAgent, undefined, [{ model, tools: [brew], middleware: [middleware] }]);
}

/** A graph that asks after its first step, and then says what was answered. */
function asking(steps: string[] = []) {
  return new StateGraph(MessagesAnnotation)
    .addNode('first', () => {
      steps.push('first');
      return { messages: [said({ id: 'ai-1', content: 'Asking' }, [1, 2])] };
    })
    .addNode('ask', () => {
      const answer: unknown = interrupt({ question: 'Pour it?' });
      steps.push(`asked ${JSON.stringify(answer)}`);
      return { messages: [said({ id: 'ai-2', content: 'Poured' }, [3, 4])] };
    })
    .addEdge(START, 'first')
    .addEdge('first', 'ask')
    .addEdge('ask', END);
}

describe('an agent of createAgent', () => {
  it('tells tool calls and results, counts what its models report, and gives the last text', async () => {
    const model = fakeModel().respond(ordering()).respond(serving());
    const { reply, events } = await ask(driverOf(createAgent({ model, tools: [brew] }), 'langchain'));
    expect(reply).toMatchObject({
      output: 'Tea is ready.',
      text: 'Tea is ready.',
      finish: 'stop',
      usage: { inputTokens: 30, outputTokens: 7, calls: 1, toolCalls: 1 },
    });
    expect(events.filter(({ type }) => type.startsWith('agent.tool'))).toEqual([
      { type: 'agent.tool_call', data: { id: 'call-1', name: 'brew', arguments: { cups: 2 } } },
      { type: 'agent.tool_result', data: { id: 'call-1', name: 'brew', result: 'brewed 2' } },
    ]);
  });

  it('gives its structured response where it has one', async () => {
    const model = fakeModel().respond(
      new AIMessage({ content: '', tool_calls: [{ id: 'c', name: 'cups', args: { cups: 3 } }] }),
    );
    const cups = z.object({ cups: z.number() }).meta({ title: 'cups' });
    const agent = createAgent({ model, tools: [], responseFormat: toolStrategy(cups) });
    expect((await ask(driverOf(agent, 'langchain'))).reply.output).toEqual({ cups: 3 });
  });

  it('asks before it calls a tool, and goes on with what was decided in another process', async () => {
    const { reply } = await ask(driverOf(careful(ordering()), 'langchain'));
    expect(reply.pause).toMatchObject({
      kind: 'tool_call',
      items: [{ name: 'brew', arguments: { cups: 2 } }],
    });
    const resumed = await ask(driverOf(careful(serving()), 'langchain'), approve(stored(reply)));
    expect(resumed.reply).toMatchObject({ output: 'Tea is ready.', usage: { inputTokens: 20 } });
    expect(resumed.events).toContainEqual({
      type: 'agent.tool_result',
      data: { id: 'call-1', name: 'brew', result: 'brewed 2' },
    });
  });

  it('calls a tool with the arguments that a person has given', async () => {
    const { reply } = await ask(driverOf(careful(ordering()), 'langchain'));
    const items = [{ id: reply.pause?.items?.[0]?.id ?? '', outcome: 'approve', arguments: { cups: 1 } }];
    const resume = { state: stored(reply), answer: { outcome: 'approve', items } };
    const { events } = await ask(driverOf(careful(serving()), 'langchain'), { resume });
    expect(events).toContainEqual({
      type: 'agent.tool_result',
      data: { id: 'call-1', name: 'brew', result: 'brewed 1' },
    });
  });
});

describe('a graph', () => {
  it('streams what its model says, and gives its state', async () => {
    const model = new FakeListChatModel({ responses: ['Tea'] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('model', async ({ messages }, { writer }) => {
        writer?.('putting the kettle on');
        writer?.({ cups: 2 });
        return { messages: [await model.invoke(messages)] };
      })
      .addEdge(START, 'model')
      .compile();
    const { reply, events } = await ask(driverOf(graph));
    expect(reply).toMatchObject({ text: 'Tea', output: { messages: [{ type: 'human' }, { type: 'ai' }] } });
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['agent.message', 'putting the kettle on'],
      ['agent.message', '{"cups":2}'],
      ...['T', 'e', 'a'].map((text) => ['agent.chunk', text]),
    ]);
  });

  it('pauses and goes on from the thread that the pause carries, and counts nothing twice', async () => {
    const paused = await ask(driverOf(asking().compile()));
    expect(paused.reply).toMatchObject({
      finish: 'pause',
      pause: { kind: 'approval', title: 'Pour it?' },
      usage: { inputTokens: 1, outputTokens: 2 },
    });
    expect(paused.reply.sessionId).toBeUndefined();
    const steps: string[] = [];
    const { reply } = await ask(driverOf(asking(steps).compile()), approve(stored(paused.reply)));
    expect([steps, reply.text, reply.usage.inputTokens]).toEqual([['asked true'], 'Poured', 3]);
  });

  it('pauses inside of another graph, and goes on there', async () => {
    const outer = () =>
      new StateGraph(MessagesAnnotation)
        .addNode('inner', asking().compile())
        .addEdge(START, 'inner')
        .compile();
    const { reply } = await ask(driverOf(outer()));
    const resumed = await ask(driverOf(outer()), approve(stored(reply)));
    expect(resumed.reply.text).toBe('Poured');
  });

  it('that keeps its threads goes on in a session, whose name it tells', async () => {
    const driver = driverOf(asking().compile({ checkpointer: new MemorySaver() }));
    const { reply } = await ask(driver, { session: 'talk-1' });
    expect([reply.sessionId, reply.finish]).toEqual(['talk-1', 'pause']);
    expect(reply.pause?.resume).not.toHaveProperty('thread');
    expect((await ask(driver, approve(stored(reply)))).reply.text).toBe('Poured');
  });

  it('that keeps its threads does nothing twice when a question is delivered again', async () => {
    const steps: string[] = [];
    const driver = driverOf(asking(steps).compile({ checkpointer: new MemorySaver() }));
    const first = await ask(driver);
    const again = await ask(driver);
    expect([again.reply.pause, again.reply.usage]).toEqual([first.reply.pause, first.reply.usage]);
    const answer = approve(stored(first.reply));
    expect((await ask(driver, answer)).reply.text).toBe('Poured');
    expect((await ask(driver, answer)).reply.text).toBe('Poured');
    expect(steps).toEqual(['first', 'asked true']);
  });

  it('that keeps its threads goes on where it had failed', async () => {
    const steps: string[] = [];
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('first', () => {
        steps.push('first');
        return {};
      })
      .addNode('second', () => {
        steps.push('second');
        if (steps.length < 3) throw new Error('no water');
        return {};
      })
      .addEdge(START, 'first')
      .addEdge('first', 'second')
      .compile({ checkpointer: new MemorySaver() });
    await expect(ask(driverOf(graph))).rejects.toThrow('no water');
    await ask(driverOf(graph));
    expect(steps).toEqual(['first', 'second', 'second']);
  });

  it('that keeps nothing refuses a session, and a state that is none of its own', async () => {
    const driver = driverOf(asking().compile());
    expect(await failureOf({ reply: ask(driver, { session: 's' }) })).toMatchObject({ code: 'no_sessions' });
    const wrong = { threadId: 't', thread: 'bm8gdGhyZWFk', interrupts: [{ id: 'i', items: [] }] };
    expect(await failureOf({ reply: ask(driver, approve(wrong)) })).toMatchObject({ code: 'invalid_resume' });
  });

  it('refuses to pause with more than a pause can carry', async () => {
    const words = Array.from({ length: 200_000 }, () => Math.random().toString(36)).join(' ');
    const driver = driverOf(asking().compile());
    expect(await failureOf({ reply: ask(driver, { input: words }) })).toMatchObject({
      code: 'checkpoint_too_large',
      retryable: false,
    });
  });

  it('without the package of graphs in reach cannot go on', async () => {
    const agent = asking().compile({ checkpointer: new MemorySaver() });
    const driver = createDriver({ agent, framework: 'langgraph', langgraph: null });
    const { reply } = await ask(driver);
    const failed = await failureOf({ reply: ask(driver, approve(stored(reply))) });
    expect(failed.code).toBe('no_langgraph');
  });
});

describe('a chain', () => {
  it('tells what its model streams, its tools, and gives what it gives', async () => {
    const model = new FakeListChatModel({ responses: ['Tea'] });
    const chain = RunnableLambda.from(async (input: string) => {
      await brew.invoke({ cups: 1 });
      return model.invoke(input);
    });
    const { reply, events } = await ask(driverOf(chain, 'langchain'));
    expect(reply).toMatchObject({ output: 'Tea', text: 'Tea', usage: { calls: 1, toolCalls: 1 } });
    expect(events.map(({ type }) => type)).toEqual([
      'agent.tool_call',
      'agent.tool_result',
      ...['T', 'e', 'a'].map(() => 'agent.chunk'),
    ]);
  });

  it('keeps no conversation, and is no graph', async () => {
    const chain = RunnableLambda.from((input: BaseMessage[]) => ({ said: input }));
    const failed = await failureOf({ reply: ask(driverOf(chain, 'langchain'), { session: 's' }) });
    expect(failed.code).toBe('no_sessions');
    expect(() => driverOf(chain)).toThrow(AgentFailureError);
    expect(() => driverOf(Command, 'langchain')).toThrow('no agent of langchain');
    expect((await ask(driverOf(chain, 'langchain'))).reply).toMatchObject({ output: { said: 'tea?' } });
  });
});
