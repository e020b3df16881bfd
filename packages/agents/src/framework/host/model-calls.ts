import type { Json } from '@baton/core';
import { memberOf, textMember } from './foreign-codec.ts';
import { toPlain } from './plain.ts';

/** What LangChain tells of the calls of models and tools, wherever in an agent they are made. */
export interface ModelCalls {
  /** Goes into `callbacks` of a question's config. */
  readonly handler: object;
  /** The messages that models have answered with. */
  readonly answers: readonly Json[];
}

/** What is told while calls go on. */
export interface ModelCallsParams {
  /** A piece of a model's message. */
  readonly onPiece?: (message: Json) => void;
  /** A tool begins: the id of its call, its name, and its input. */
  readonly onTool?: (id: string, name: string, input: Json) => void;
  /** A tool has ended. */
  readonly onToolEnd?: (id: string, output: Json) => void;
}

/** Listens to one question. */
export function listenToModels({ onPiece, onTool, onToolEnd }: ModelCallsParams = {}): ModelCalls {
  const answers: Json[] = [];
  const handler = {
    name: 'baton',
    // What is told must be told before the answer is.
    awaitHandlers: true,
    raiseError: false,
    lc_prefer_streaming: onPiece !== undefined,
    handleLLMNewToken: (token: unknown, ...[, , , , , fields]: readonly unknown[]) => {
      const message = memberOf(memberOf(fields, 'chunk'), 'message');
      onPiece?.(message === undefined ? { type: 'ai', content: String(token) } : toPlain(message));
    },
    handleLLMEnd: (output: unknown) => {
      const generation = memberOf(memberOf(memberOf(output, 'generations'), '0'), '0');
      const message = memberOf(generation, 'message');
      if (message !== undefined) answers.push(toPlain(message));
    },
    handleToolStart: (tool: unknown, input: unknown, ...[id, , , , name]: readonly unknown[]) =>
      onTool?.(String(id), typeof name === 'string' ? name : textMember(tool, 'name'), toPlain(input)),
    handleToolEnd: (output: unknown, id: unknown) => onToolEnd?.(String(id), toPlain(output)),
  };
  return { handler, answers };
}
