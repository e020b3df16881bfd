import { isObject, type Json, type JsonObject } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import type { OfferedTool, Question, Said } from './question.ts';
import { instanceOf } from './schema-instance.ts';
import type { Turn, TurnCall } from './turn.ts';

/*
 * What the stub model does by what it is asked; the rules stand in the README of tests/vendors.
 */

/** What the model does with a question for which no turn was laid out. */
export function turnFor(question: Question): Turn {
  const exchange = currentExchange(question.conversation);
  const asked = directivesOf(exchange, question.tools);
  const performed = exchange.slice(asked.since).filter(isFirstCall).length;
  const stage = asked.stages.find(({ always }) => always) ?? asked.stages[performed];
  return { ...answerTo(question, exchange), ...stage?.turn };
}

/** What has been said since the last answer that was no call of a tool. */
function currentExchange(conversation: readonly Said[]): readonly Said[] {
  const answered = conversation.findLastIndex(
    ({ role, calls }) => role === 'assistant' && calls.length === 0,
  );
  return conversation.slice(answered + 1);
}

/** Calls that are made at once are one turn, though responses have an item for each. */
function isFirstCall({ calls }: Said, index: number, all: readonly Said[]): boolean {
  return calls.length > 0 && (all[index - 1]?.calls.length ?? 0) === 0;
}

function answerTo({ tools, mustCall, schema, json }: Question, exchange: readonly Said[]): Turn {
  const results = exchange.filter(({ role }) => role === 'tool');
  const forced = tools.find(({ name }) => mustCall === 'any' || name === mustCall);
  if (forced !== undefined && results.length === 0) {
    const given = instanceOf(forced.parameters);
    return { calls: [{ name: forced.name, arguments: isObject(given) ? given : {} }] };
  }
  if (schema !== undefined) return { say: JSON.stringify(instanceOf(schema)) };
  const asked = exchange.findLast(({ role }) => role === 'user')?.text ?? '';
  const say = results.length === 0 ? `You said: ${asked}` : lastResults(exchange).join('\n');
  return { say: json ? JSON.stringify({ text: say }) : say };
}

/** What the tools said that were called last. */
function lastResults(exchange: readonly Said[]): readonly string[] {
  const names = new Map(exchange.flatMap(({ calls }) => calls.map(({ id, name }) => [id, name])));
  const last = exchange.findLastIndex(({ calls }) => calls.length > 0);
  return exchange
    .slice(last + 1)
    .filter(({ role }) => role === 'tool')
    .map(({ callId, text }) => `${names.get(callId) ?? 'the tool'} said: ${text}`);
}

/** What the model is told to do in one turn. */
interface Stage {
  readonly turn: Turn;
  readonly always: boolean;
}

/** The directives of the last text of the user that has any, and the place of that text. */
function directivesOf(
  exchange: readonly Said[],
  tools: readonly OfferedTool[],
): { readonly stages: readonly Stage[]; readonly since: number } {
  const found = exchange
    .map(({ role, text }, since) => ({ stages: role === 'user' ? stagesOf(text, tools) : [], since }))
    .findLast(({ stages }) => stages.length > 0);
  return found ?? { stages: [], since: 0 };
}

function stagesOf(text: string, tools: readonly OfferedTool[]): readonly Stage[] {
  // Frameworks wrap what a person asks in words of their own; brackets show through.
  const bracketed = [...text.matchAll(/\[\[(.+?)\]\]/g)].map(([, inner = '']) => inner);
  const lines = bracketed.length > 0 ? bracketed : text.split('\n');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, then, directive = ''] = /^(then )?(.*)$/s.exec(line.trim()) ?? [];
    const turn = directiveOf(directive.replace(/^always /, ''), tools);
    if (turn === undefined) continue;
    const before = then === undefined ? stages.pop() : undefined;
    stages.push({ turn: merged(before?.turn, turn), always: directive.startsWith('always ') });
  }
  return stages;
}

/** Calls add up to calls at once; everything else is said once. */
function merged(before: Turn = {}, turn: Turn): Turn {
  const calls = [...(before.calls ?? []), ...(turn.calls ?? [])];
  return { ...before, ...turn, ...(calls.length === 0 ? {} : { calls, say: '' }) };
}

type Directive = readonly [
  RegExp,
  (match: RegExpExecArray, tools: readonly OfferedTool[]) => Turn | undefined,
];

const DIRECTIVES: readonly Directive[] = [
  [/^say (.+)$/s, ([, say = '']) => ({ say })],
  [/^think (.+)$/s, ([, think = '']) => ({ think })],
  [/^slow (\d+)$/, ([, ms]) => ({ waitMs: Number(ms) })],
  [/^pace (\d+)$/, ([, ms]) => ({ paceMs: Number(ms) })],
  [/^stop midway$/, () => ({ ending: 'midway' })],
  [/^error midway$/, () => ({ ending: 'error' })],
  [/^no end$/, () => ({ ending: 'lost' })],
  [
    /^fail ([45]\d\d)(?: (\d+))?$/,
    ([, status, retryAfter]) => ({
      fail: { status: Number(status), ...(retryAfter === undefined ? {} : { retryAfter }) },
    }),
  ],
  [/^call (\S+)(?: (\{.*\}))?$/s, ([, name = '', written = '{}'], tools) => callOf(name, written, tools)],
];

function directiveOf(text: string, tools: readonly OfferedTool[]): Turn | undefined {
  for (const [pattern, read] of DIRECTIVES) {
    const match = pattern.exec(text);
    if (match !== null) return read(match, tools);
  }
  return undefined;
}

function callOf(name: string, written: string, tools: readonly OfferedTool[]): Turn | undefined {
  if (!tools.some((tool) => tool.name === name)) return undefined;
  const call: TurnCall = { name, arguments: parsedObject(written) };
  return { calls: [call], say: '' };
}

/** Arguments that are no JSON are told as they are written, so that whoever wrote them finds them. */
function parsedObject(written: string): JsonObject {
  let parsed: Json;
  try {
    parsed = parseJsonBounded(written);
  } catch {
    return { written };
  }
  return isObject(parsed) ? parsed : { written };
}
