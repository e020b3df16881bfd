import { isObject, own, type AgentPause, type Json, type JsonObject } from '@baton/core';
import type { AgentEvent, AgentRequest, AgentResume } from '../adapter.ts';
import { at, listAt, textAt } from '../wire/fields.ts';
import type { Answer } from './answer.ts';
import type { OpenaiConfig } from './config.ts';

/** What a question has behind it that goes on after the model has called its tools. */
export interface Conversation {
  /** What was said after the input, as the API has it: answers that ask for tools, and what the tools gave. */
  readonly turns: readonly Json[];
  /** What of them the response named `responseId` does not know yet. */
  readonly latest: readonly Json[];
  readonly responseId: string | undefined;
}

const NOTHING_SAID: Conversation = { turns: [], latest: [], responseId: undefined };

/** Where a conversation stands that goes on with what tools gave, or with an answer to be mended. */
export function conversationOf({ config, resume, repair }: AgentRequest<OpenaiConfig>): Conversation {
  const said = resume === undefined ? NOTHING_SAID : afterTools(config, resume);
  if (repair === undefined) return said;
  const { output, problems } = repair;
  const wrong = [
    { role: 'assistant', content: typeof output === 'string' ? output : JSON.stringify(output) },
    { role: 'user', content: mend(problems) },
  ];
  return { ...said, turns: [...said.turns, ...wrong], latest: [...said.latest, ...wrong] };
}

function afterTools({ api }: OpenaiConfig, resume: AgentResume): Conversation {
  const latest = listAt(resume.answer, 'items').map((item) => resultOf(item, api));
  return {
    turns: [...listAt(resume.state, 'turns'), ...latest],
    latest,
    responseId: textAt(resume.state, 'responseId'),
  };
}

function mend(problems: readonly string[]): string {
  const list = problems.map((problem) => `- ${problem}`).join('\n');
  return `Your answer does not match the schema it must match:\n${list}\nGive the whole answer again, mended, and nothing else.`;
}

function resultOf(item: Json, api: OpenaiConfig['api']): JsonObject {
  const id = textAt(item, 'id') ?? '';
  const text = tellResult(item);
  return api === 'chat'
    ? { role: 'tool', tool_call_id: id, content: text }
    : { type: 'function_call_output', call_id: id, output: text };
}

/** Models read text: what a tool gave, or why it gave nothing. */
function tellResult(item: Json): string {
  const error = at(item, 'error');
  if (error !== undefined)
    return `Error: ${textAt(error, 'detail') ?? textAt(error, 'title') ?? 'the tool failed'}`;
  const result = at(item, 'result') ?? null;
  return typeof result === 'string' ? result : JSON.stringify(result);
}

/** The pause of an answer that asks for tools which are agents of ours. */
export function toPause(answer: Answer, said: Conversation): AgentPause {
  const { toolCalls, messages, id } = answer;
  const items = toolCalls.map((call, index) => ({
    id: call.id === '' ? `call_${index}` : call.id,
    name: call.name === '' ? 'unnamed' : call.name,
    arguments: call.arguments,
  }));
  return {
    kind: 'tools',
    title: `Calls ${items.map(({ name }) => name).join(', ')}`,
    items,
    resume: { turns: [...said.turns, ...messages], ...(id === undefined ? {} : { responseId: id }) },
  };
}

/** Tells readers what the tools gave. */
export function tellResults(resume: AgentResume | undefined, emit: (event: AgentEvent) => void): void {
  for (const item of listAt(resume?.answer, 'items')) {
    const isError = isObject(item) && own(item, 'error') !== undefined;
    emit({
      type: 'agent.tool_result',
      data: {
        id: textAt(item, 'id') ?? '',
        name: textAt(item, 'name') ?? '',
        result: isError ? tellResult(item) : (at(item, 'result') ?? null),
        ...(isError ? { isError } : {}),
      },
    });
  }
}

/** The tools as either API wants them. */
export function offered({ api, tools }: OpenaiConfig): { readonly tools?: readonly JsonObject[] } {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters = { type: 'object' } }) => {
      const told = { name, ...(description === undefined ? {} : { description }), parameters };
      return api === 'chat'
        ? { type: 'function', function: told }
        : { type: 'function', ...told, strict: false };
    }),
  };
}
