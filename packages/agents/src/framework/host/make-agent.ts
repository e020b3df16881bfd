import { failure } from '@baton/core';
import { AgentFailureError } from '../../adapter.ts';
import { asGraph, asRunnable, hasMethod, makeBy, memberOf, textMember } from './foreign-codec.ts';
import type { AgentOrder } from './host-protocol.ts';

/** Longest words of a module that are quoted. */
const MAX_WORDS = 1_000;

/** Names that are listed when one is missing. */
const MAX_NAMES = 20;

/**
 * The agent that a module exports, or that what it exports makes of the parameters. Throws {@link AgentFailureError} `configuration` with
 * a sentence about what is wrong and how to mend it.
 */
export async function makeAgent(module: unknown, { export: path, parameters }: AgentOrder): Promise<unknown> {
  const found = exportOf(module, path);
  if (found === undefined || found === null) throw unusable(missing(module, path), 'unknown_export');
  const agent = isAgent(found) ? found : await make(found, path, parameters);
  if (isAgent(agent)) return agent;
  const hint = hasMethod(agent, 'compile')
    ? ' It is a graph that is not compiled: call .compile() on it.'
    : '';
  const what = agent === found ? `The export "${path}" is` : `What the export "${path}" has made is`;
  throw unusable(
    `${what} ${nounOf(agent)}, and no agent, which can be asked with "invoke".${hint}`,
    'not_an_agent',
  );
}

/** The failure of a module that cannot be loaded. */
export function loadFailure(name: string, error: unknown): AgentFailureError {
  if (error instanceof AgentFailureError) return error;
  const words = wordsOf(error);
  const hint = HINTS.find(([code]) => code === memberOf(error, 'code'))?.[1] ?? '';
  return unusable(`The module ${name} cannot be loaded: ${words}${hint}`, 'module_failed', error);
}

/** What to do about errors that a module meets because of where it runs. */
const HINTS: readonly (readonly [string, string])[] = [
  ['ERR_MODULE_NOT_FOUND', ' Install packages into node_modules beside the module.'],
  [
    'ERR_ACCESS_DENIED',
    ' Agents read the folder of agents and its node_modules, write nothing and start no processes.',
  ],
  ['ERR_DLOPEN_DISABLED', ' Native add-ons are not loaded; use a package without them.'],
];

/** What was thrown, in short: name and message. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return /[.!?]$/.test(words) ? words.slice(0, MAX_WORDS) : `${words.slice(0, MAX_WORDS)}.`;
}

function exportOf(module: unknown, path: string): unknown {
  const [name = '', ...inside] = path.split('.');
  // What CommonJS exports is inside of the default export when its names cannot be read from its text.
  const first = memberOf(module, name) ?? memberOf(memberOf(module, 'default'), name);
  return inside.reduce(memberOf, first);
}

async function make(maker: unknown, path: string, parameters: object): Promise<unknown> {
  if (typeof maker !== 'function') return maker;
  try {
    return await makeBy(maker, parameters);
  } catch (error) {
    throw unusable(
      `The export "${path}" threw when it made the agent: ${wordsOf(error)}`,
      'factory_failed',
      error,
    );
  }
}

function isAgent(value: unknown): boolean {
  return asGraph(value) !== null || asRunnable(value) !== null;
}

function missing(module: unknown, path: string): string {
  const names = namesIn(module).filter((name) => name !== 'module.exports');
  const list = names.length === 0 ? 'nothing' : names.slice(0, MAX_NAMES).join(', ');
  return `The module exports no "${path}"; it exports ${list}.`;
}

function namesIn(module: unknown): readonly string[] {
  return typeof module === 'object' && module !== null ? Object.keys(module) : [];
}

function nounOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return Array.isArray(value) ? 'a list' : `an object (${textMember(value.constructor, 'name')})`;
}

function unusable(detail: string, code: string, cause?: unknown): AgentFailureError {
  return new AgentFailureError(failure('configuration', detail, { code }), cause);
}
