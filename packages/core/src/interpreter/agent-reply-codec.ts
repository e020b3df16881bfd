import type { AgentPause, AgentReply, PauseItem, ReplyEvent, Usage } from '../agent.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../json.ts';

/** A pause whose items are there, if only as an empty list. */
export interface ReadPause extends AgentPause {
  readonly items: readonly PauseItem[];
}

/** A reply as the interpreter knows it. */
export interface ReadReply extends AgentReply {
  readonly pause?: ReadPause;
  readonly events: readonly ReplyEvent[];
}

/** An agent's answer read from JSON, or null when it is none. Missing usage counts as one call that used nothing. */
export function readAgentReply(value: Json): ReadReply | null {
  if (!isObject(value) || !Object.hasOwn(value, 'output')) return null;
  const given = own(value, 'usage');
  const usage = readUsage(given !== undefined && isObject(given) ? given : {});
  const { pause: asked, events: told, ...rest } = value;
  const pause = own(value, 'finish') === 'pause' && asked !== undefined ? readPause(asked) : undefined;
  const events = told !== undefined && isArray(told) ? told.flatMap(readEvent) : [];
  const reply: unknown = {
    finish: 'stop',
    ...rest,
    usage,
    events,
    ...(pause === undefined ? {} : { pause }),
  };
  return reply as ReadReply;
}

/** A reply as a task gives it on: its events are events of the run. */
export function withoutEvents(reply: Json): Json {
  const { events: _told, ...rest } = reply as JsonObject;
  return rest;
}

/** An event is written by workers of any version and language; one that is none is left out. */
function readEvent(event: Json): readonly ReplyEvent[] {
  if (!isObject(event)) return [];
  const [type, data, leftOut] = [own(event, 'type'), own(event, 'data') ?? null, own(event, 'leftOut')];
  const marks = {
    ...(own(event, 'truncated') === true ? { truncated: true } : {}),
    ...(typeof leftOut === 'number' ? { leftOut } : {}),
  };
  if (type === 'agent.message') {
    return typeof data === 'string' ? [{ type, data, ...marks } as ReplyEvent] : [];
  }
  if ((type !== 'agent.tool_call' && type !== 'agent.tool_result') || !isObject(data)) return [];
  const named = { id: textOf(data, 'id') ?? '', name: textOf(data, 'name') ?? '' };
  const [given, result, isError] = [
    own(data, 'arguments'),
    own(data, 'result'),
    own(data, 'isError') === true,
  ];
  const read =
    type === 'agent.tool_call'
      ? { ...named, arguments: given ?? null }
      : { ...named, result: result ?? null, ...(isError ? { isError } : {}) };
  return [{ type, data: read, ...marks } as ReplyEvent];
}

const PAUSES = ['approval', 'form', 'choice', 'tool_call', 'tools'] as const;

/** A pause is written by adapters of any version; what of it cannot be used is left out. */
function readPause(given: Json): ReadPause {
  const value = isObject(given) ? given : {};
  const body = textOf(value, 'body');
  const items = own(value, 'items') ?? [];
  const [form, actions] = [own(value, 'form'), own(value, 'actions')];
  const pause: unknown = {
    kind: PAUSES.find((kind) => kind === own(value, 'kind')) ?? 'approval',
    title: textOf(value, 'title') ?? 'The agent asks',
    ...(body === undefined ? {} : { body }),
    items: (isArray(items) ? items : []).flatMap(readItem),
    ...(form !== undefined && isObject(form) ? { form } : {}),
    ...(actions !== undefined && isArray(actions) && actions.length > 0 ? { actions } : {}),
    resume: own(value, 'resume') ?? null,
  };
  return pause as ReadPause;
}

function readItem(item: Json): JsonObject[] {
  if (!isObject(item)) return [];
  const [id, name] = [textOf(item, 'id'), textOf(item, 'name')];
  if (id === undefined || name === undefined) return [];
  return [{ ...item, id, name, arguments: own(item, 'arguments') ?? null }];
}

function textOf(value: JsonObject, name: string): string | undefined {
  const found = own(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function readUsage(given: JsonObject): Usage {
  const count = (name: string, missing: number): number => {
    const value = own(given, name);
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : missing;
  };
  const cachedTokens = count('cachedTokens', 0);
  return {
    inputTokens: count('inputTokens', 0),
    outputTokens: count('outputTokens', 0),
    ...(cachedTokens > 0 ? { cachedTokens } : {}),
    costUsd: count('costUsd', 0),
    calls: count('calls', 1),
    toolCalls: count('toolCalls', 0),
  };
}
