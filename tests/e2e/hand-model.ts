import { createServer, type ServerResponse } from 'node:http';
import type { Json } from '@baton/core';
import { listenOnLoopback } from './loopback.ts';

/** A model behind chat completions that says what the test tells it to, when the test tells it to. */
export interface HandModel {
  /** Ends in `/v1`. */
  readonly endpoint: string;
  /** Waits for the next call that has not been taken. */
  nextCall(): Promise<ModelCall>;
  stop(): Promise<void>;
}

/** One call, whose answer is being streamed. */
export interface ModelCall {
  say(text: string): void;
  callTool(tool: { readonly id: string; readonly name: string; readonly arguments: string }): void;
  end(finish?: 'stop' | 'tool_calls'): void;
  /** Breaks the connection. */
  drop(): void;
}

/** Starts the model. */
export async function startHandModel(): Promise<HandModel> {
  const calls: ModelCall[] = [];
  const waiting: ((call: ModelCall) => void)[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      const call = callOn(response);
      const taker = waiting.shift();
      if (taker === undefined) calls.push(call);
      else taker(call);
    });
  });
  const { url, stop } = await listenOnLoopback(server);
  return {
    endpoint: `${url}/v1`,
    nextCall: async () => calls.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    stop,
  };
}

function callOn(response: ServerResponse): ModelCall {
  const send = (delta: Json, finish: string | null = null): void => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(`data: ${JSON.stringify({ id: 'chat-1', object: 'chat.completion.chunk', choices })}\n\n`);
  };
  return {
    say: (content) => send({ content }),
    callTool: ({ id, name, arguments: given }) =>
      send({ tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: given } }] }),
    end(finish = 'stop') {
      send({}, finish);
      response.end('data: [DONE]\n\n');
    },
    drop: () => response.destroy(),
  };
}
