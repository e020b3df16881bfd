import type { AgentReply, PinnedAgent, Usage } from '../../agent.ts';
import type { CallAgentTask, DataHook, Schema } from '../../definition/definition.ts';
import { canonicalErrorType, failure, type Failure } from '../../failure.ts';
import type { Json } from '../../json.ts';
import { readAgentReply } from '../agent-reply-codec.ts';
import { checkSchema } from '../data.ts';
import { TaskFault } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { bodyOf, shown, stepOf, taskAt, unexpected, type NewCommand, type Turn } from '../turn.ts';
import { idempotencyKey } from '../visits.ts';
import { afterAnswer } from './agent-pause.ts';
import { callBehavior, mayRunLocally } from './call.ts';
import { announceHumanTask } from './call-human.ts';

/** `call: agent`: one delivery to a registered agent, tried again as its version says. */
export const callAgentBehavior = callBehavior({
  command: commandOf,
  read(turn, frame, result) {
    const reply = replyOf(result);
    const call = callOf(turn, frame);
    const agent = agentOf(turn, frame);
    for (const schema of [agent.outputSchema, call.outputSchema]) {
      checkSchema(turn, hookOf(schema), { value: reply.output, what: `output of agent ${agent.name}` });
    }
    return call.return === 'reply' ? result : reply.output;
  },
  goOn: afterAnswer,
  announce: announceHumanTask,
  usage(turn, frame, result) {
    if (bodyOf(frame, 'call').command.kind !== 'invoke-agent') return null;
    const agent = agentOf(turn, frame);
    return { usage: withCost(agent, replyOf(result).usage), agent: agent.name, version: agent.version };
  },
  retryAfter: (turn, frame, { failure: failed, attempt }) =>
    // A human task is never tried again: its activities are, until the database answers.
    bodyOf(frame, 'call').command.kind === 'invoke-agent'
      ? retryDelay(agentOf(turn, frame), failed, attempt)
      : null,
});

function commandOf(turn: Turn, frame: Frame): NewCommand {
  const call = callOf(turn, frame);
  const agent = agentOf(turn, frame);
  const sight = bodySight(turn, frame);
  const input = turn.run.evaluator.template(call.input, sight);
  checkSchema(turn, hookOf(agent.inputSchema), { value: input, what: `input of agent ${agent.name}` });
  const session = call.session === undefined ? undefined : turn.run.evaluator.template(call.session, sight);
  if (session !== undefined && typeof session !== 'string') {
    throw new TaskFault(failure('expression', `"with.session" must give text; it gave ${shown(session)}.`));
  }
  const target = keyOf(turn, frame);
  const { timeoutMs } = agent;
  return {
    kind: 'invoke-agent',
    step: stepOf(turn, frame),
    idempotencyKey: idempotencyKey(turn, frame, 'agent'),
    agent: target,
    input,
    ...(session === undefined ? {} : { session }),
    local: mayRunLocally(turn, { harmless: agent.effects !== 'unknown', timeoutMs, target }),
    timeoutMs,
  };
}

function hookOf(schema: Schema | undefined): DataHook {
  return schema === undefined ? {} : { schema };
}

function callOf(turn: Turn, frame: Frame): CallAgentTask['with'] {
  return taskAt(turn, frame, 'call-agent').with;
}

function keyOf(turn: Turn, frame: Frame): string {
  return turn.run.snapshot.pins[frame.pointer] ?? '';
}

function agentOf(turn: Turn, frame: Frame): PinnedAgent {
  const agent = turn.run.snapshot.agents[keyOf(turn, frame)];
  if (agent !== undefined) return agent;
  const detail = `The run is pinned to no version of agent "${callOf(turn, frame).agent}".`;
  throw new TaskFault(failure('configuration', detail));
}

function replyOf(result: Json): AgentReply {
  const reply = readAgentReply(result);
  if (reply === null) throw new TaskFault(unexpected('An agent', result));
  return reply;
}

/** What a call cost by the agent version's prices, when the agent itself names no cost. */
function withCost(agent: PinnedAgent, usage: Usage): Usage {
  if (usage.costUsd > 0 || agent.cost === undefined) return usage;
  const { inputPerMTokUsd = 0, outputPerMTokUsd = 0, perCallUsd = 0 } = agent.cost;
  const tokens = usage.inputTokens * inputPerMTokUsd + usage.outputTokens * outputPerMTokUsd;
  return { ...usage, costUsd: tokens / 1_000_000 + usage.calls * perCallUsd };
}

/** Milliseconds until an agent is tried again, or null: the failure is final or the attempts are used up. */
export function retryDelay(agent: PinnedAgent, failed: Failure, attempt: number): number | null {
  const { retry } = agent;
  if (!failed.retryable || attempt >= retry.maxAttempts) return null;
  const type = canonicalErrorType(failed.type);
  const isNamed = (named: string): boolean =>
    canonicalErrorType(named) === type || type.endsWith(`/${named}`);
  if (retry.nonRetryable.some(isNamed)) return null;
  const factor = Math.min(retry.backoff ** (attempt - 1), Number.MAX_SAFE_INTEGER);
  const backoff = Math.min(retry.initialIntervalMs * factor, retry.maxIntervalMs);
  return Math.max(backoff, failed.retryAfterMs ?? 0);
}
