import { isArray, isObject, type AgentReply, type Json, type JsonObject } from '@baton/core';
import { at, countAt, textAt } from '../wire/fields.ts';
import type { AgentRequest } from '../adapter.ts';
import type { FlowiseConfig } from './config.ts';
import { toPause } from './pause.ts';
import { nodesOf, toUsage } from './usage.ts';

/** What an answer may hold beside its text. */
const BESIDE = ['sourceDocuments', 'usedTools', 'artifacts', 'fileAnnotations'] as const;

/** The reply to a prediction; undefined when it is none. Throws `AgentFailureError` for a pause that nobody can end. */
export function toReply(
  body: Json,
  { resume }: AgentRequest<FlowiseConfig>,
  asked: string,
): AgentReply | undefined {
  const output = at(body, 'json') ?? at(body, 'text');
  if (output === undefined) return undefined;
  const chatId = textAt(body, 'chatId') ?? asked;
  const text = typeof output === 'string' ? output : '';
  const foreignRef = textAt(body, 'executionId') ?? textAt(body, 'chatMessageId');
  const action = actionOf(body);
  const messages = messagesOf(body, output);
  const common = {
    output,
    ...(typeof output === 'string' ? { text } : {}),
    ...(messages === undefined ? {} : { messages }),
    usage: toUsage(body, countAt(resume?.state, 'ran') ?? 0),
    sessionId: chatId,
    ...(foreignRef === undefined ? {} : { foreignRef }),
  };
  if (action === undefined || !isObject(action)) return { ...common, finish: 'stop' };
  const ran = nodesOf(body).filter((node) => textAt(node, 'status') !== 'STOPPED').length;
  return { ...common, pause: toPause(action, { text, chatId, ran }), finish: 'pause' };
}

/** What a flow waits for. Streams tell it by itself; an answer that comes whole has it in the node that has stopped. */
function actionOf(body: Json): Json | undefined {
  const last = nodesOf(body).at(-1);
  const isStopped = textAt(last, 'status') === 'STOPPED';
  return at(body, 'action') ?? (isStopped ? at(last, 'data', 'output', 'humanInputAction') : undefined);
}

/** The answer as a message with its sources and tools, where it has some. */
function messagesOf(body: Json, content: Json): readonly Json[] | undefined {
  const output = at(nodesOf(body), -1, 'data', 'output');
  const beside = BESIDE.flatMap((name): [string, Json][] => {
    const found = filled(at(body, name)) ?? filled(at(output, name));
    return found === undefined ? [] : [[name, found]];
  });
  if (beside.length === 0) return undefined;
  const message: JsonObject = { role: 'assistant', content, ...Object.fromEntries(beside) };
  return [message];
}

function filled(list: Json | undefined): readonly Json[] | undefined {
  return isArray(list) && list.length > 0 ? list : undefined;
}
