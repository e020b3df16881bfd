import { createHash } from 'node:crypto';
import { validateJsonSchema } from '@baton/contracts';
import {
  canonicalJson,
  compileExpression,
  ExpressionError,
  failure,
  isObject,
  NO_USAGE,
  parseJson,
  type Json,
  type Scope,
} from '@baton/core';
import type { AgentReplyRepository } from '@baton/store';
import type { InvokeAgentParams } from './activities.ts';
import { toApplicationFailure } from './effects.ts';

/** Gives answers of agents again to the same question. */
export interface KeptReplies {
  /** The key of a question whose answer is kept; null when that of no such question is. */
  keyOf(params: InvokeAgentParams): string | null;
  /** The answer that is kept, marked as such and free of cost; null when there is none. */
  find(scope: Scope, key: string): Promise<Json | null>;
  /** Keeps an answer if it is one that may be given again. */
  keep(
    scope: Scope,
    kept: { readonly key: string; readonly params: InvokeAgentParams; readonly reply: Json },
  ): Promise<void>;
}

/** Larger answers are not kept, in bytes as JSON. */
const LARGEST_KEPT_BYTES = 262_144;

/** Creates the kept answers. A database that does not answer never keeps a call from its agent. */
export function createKeptReplies({
  agentReplies,
}: {
  readonly agentReplies: AgentReplyRepository;
}): KeptReplies {
  return {
    keyOf,
    async find(scope, key) {
      const reply = await agentReplies.get(scope, key).catch(() => null);
      if (reply === null || !isObject(reply)) return null;
      return { ...reply, usage: { ...NO_USAGE }, cached: true };
    },
    async keep(scope, { key, params, reply }) {
      const { agent } = params;
      const kept = keepable(reply, params);
      if (agent.cache === undefined || kept === null) return;
      const { name, version, cache } = agent;
      // An answer that could not be kept is asked for again.
      await agentReplies
        .put(scope, { key, agent: name, version, reply: kept, ttlMs: cache.ttlMs })
        .catch(() => undefined);
    },
  };
}

/** Everything that the agent version says is part of the key, so that no two versions share an answer. */
function keyOf({ agent, input, session, resume, repair }: InvokeAgentParams): string | null {
  if (agent.cache === undefined || resume !== undefined || repair !== undefined) return null;
  const { key } = agent.cache;
  const question: Json =
    key === undefined ? [input, session ?? null] : [evaluated(key, input, session ?? null)];
  const version: Json = parseJson(JSON.stringify(agent));
  return createHash('sha256')
    .update(canonicalJson([version, question]))
    .digest('hex');
}

function evaluated(key: string, input: Json, session: string | null): Json {
  try {
    return compileExpression(key, { variables: ['session'] }).evaluate(input, { session });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const detail = `The expression in "cache.key" of the agent failed: ${error.message}`;
    throw toApplicationFailure(failure('expression', detail, { code: 'expression_failed' }));
  }
}

/** A whole answer that ends its call. It belongs to no conversation and no run of the agent's, and tells nothing of its making. */
function keepable(reply: Json, { agent }: InvokeAgentParams): Json | null {
  if (!isObject(reply) || reply['finish'] !== 'stop' || Object.hasOwn(reply, 'pause')) return null;
  const { sessionId: _session, foreignRef: _ref, events: _told, ...kept } = reply;
  if (Buffer.byteLength(JSON.stringify(kept)) > LARGEST_KEPT_BYTES) return null;
  const { outputSchema } = agent;
  const isPromised =
    outputSchema === undefined || validateJsonSchema(outputSchema, reply['output'] ?? null).length === 0;
  return isPromised ? kept : null;
}
