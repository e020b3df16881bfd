import type { PinnedAgent, Usage } from '../../agent.ts';
import { canonicalJson } from '../../canonical.ts';
import type { DataHook, Schema } from '../../definition/definition.ts';
import { canonicalErrorType, failure, type Failure } from '../../failure.ts';
import type { Json } from '../../json.ts';
import { readAgentReply, withoutEvents, type ReadReply } from '../agent-reply-codec.ts';
import type { Progress, TaskBehavior } from '../behavior.ts';
import { checkSchema } from '../data.ts';
import { TaskFault } from '../expressions.ts';
import { bodySight } from '../lifecycle.ts';
import type { Frame } from '../state.ts';
import { bodyOf, frameAt, report, shown, stepOf, unexpected, type NewCommand, type Turn } from '../turn.ts';
import { fractionOf, idempotencyKey } from '../visits.ts';
import { leftOf } from './agent-limits.ts';
import { afterAnswer, afterTool } from './agent-pause.ts';
import { repaired } from './agent-repair.ts';
import { tellOf } from './agent-told.ts';
import { checkTool, toolOf } from './agent-tools.ts';
import { callBehavior, mayRunLocally, type CallKind } from './call.ts';
import { announceHumanTask } from './call-human.ts';
import { agentOf, callOf, keyOf } from './pinned-agent.ts';

/** What calls of tasks and calls of tools have in common. */
const AGENT_CALL: Omit<CallKind, 'command' | 'read'> = {
  goOn: (turn, frame, result) =>
    afterAnswer(turn, frame, result) ||
    repaired(turn, frame, { output: replyOf(result).output, schemas: schemasOf(turn, frame) }),
  announce: announce,
  tell(turn, frame, result) {
    if (bodyOf(frame, 'call').command.kind === 'invoke-agent') tellOf(turn, frame, replyOf(result).events);
  },
  usage(turn, frame, result) {
    if (bodyOf(frame, 'call').command.kind !== 'invoke-agent') return null;
    const agent = agentOf(turn, frame);
    const { usage, cached } = replyOf(result);
    return {
      usage: withCost(agent, usage),
      agent: agent.name,
      version: agent.version,
      ...(cached === true ? { cached } : {}),
    };
  },
  retryAfter(turn, frame, { failure: failed, attempt }) {
    const { command } = bodyOf(frame, 'call');
    // A human task is never tried again: its activities are, until the database answers.
    if (command.kind !== 'invoke-agent') return null;
    const chance = fractionOf(turn.run.params.hash(`${command.idempotencyKey} ${attempt}`));
    return retryDelay(agentOf(turn, frame), failed, { attempt, chance });
  },
};

/** `call: agent`: one delivery to a registered agent, tried again as its version says, and what it asks for meanwhile. */
export const callAgentBehavior = withTools(
  callBehavior({
    ...AGENT_CALL,
    command: commandOf,
    read(turn, frame, result) {
      const call = callOf(turn, frame);
      const output = outputOf(turn, frame, result);
      const what = `output of agent ${agentOf(turn, frame).name}`;
      checkSchema(turn, hookOf(call.outputSchema), { value: output, what });
      return call.return === 'reply' ? withoutEvents(result) : output;
    },
  }),
);

/** A call that another agent makes of an agent, as a tool. */
export const toolBehavior = withTools(
  callBehavior({ ...AGENT_CALL, command: toolCommandOf, read: outputOf }),
);

/** Tells readers that the call waits, for people or for the agent itself. */
function announce(turn: Turn, frame: Frame, news: Progress): boolean {
  if (news.kind !== 'answer-awaited') return announceHumanTask(turn, frame, news);
  report(turn, { type: 'step.waiting', step: stepOf(turn, frame), waitKind: 'agent', until: news.until });
  return true;
}

function withTools(behavior: TaskBehavior): TaskBehavior {
  return {
    ...behavior,
    childDone(turn, frame, { child, output }) {
      afterTool(turn, frame, { child, answer: { result: output } });
    },
    childFaulted(turn, frame, { child, error }) {
      afterTool(turn, frame, { child, answer: { error: { ...error } } });
    },
  };
}

/** What an output must match: the schema of the agent, and that of the task which calls it. */
function schemasOf(turn: Turn, frame: Frame): readonly (Schema | undefined)[] {
  const { outputSchema } = agentOf(turn, frame);
  return frame.tool === undefined ? [outputSchema, callOf(turn, frame).outputSchema] : [outputSchema];
}

/** The output of a reply, which must be what the agent's version promises. */
function outputOf(turn: Turn, frame: Frame, result: Json): Json {
  const { output } = replyOf(result);
  const { name, outputSchema } = agentOf(turn, frame);
  checkSchema(turn, hookOf(outputSchema), { value: output, what: `output of agent ${name}` });
  return output;
}

function toolCommandOf(turn: Turn, frame: Frame): NewCommand {
  checkTool(turn, frame);
  const { input } = frame;
  const { name: tool } = stepOf(turn, frame);
  const offered = toolOf(agentOf(turn, frameAt(turn, frame.parent)), tool);
  checkSchema(turn, hookOf(offered?.parameters), { value: input, what: `arguments of tool ${tool}` });
  // An agent that is asked once more may ask for something else, which is another delivery.
  const key = idempotencyKey(turn, frame, `tool ${tool} ${canonicalJson(input)}`);
  return invocation(turn, frame, { key, input });
}

function commandOf(turn: Turn, frame: Frame): NewCommand {
  const call = callOf(turn, frame);
  const sight = bodySight(turn, frame);
  const input = turn.run.evaluator.template(call.input, sight);
  const session = call.session === undefined ? undefined : turn.run.evaluator.template(call.session, sight);
  if (session !== undefined && typeof session !== 'string') {
    throw new TaskFault(failure('expression', `"with.session" must give text; it gave ${shown(session)}.`));
  }
  const key = idempotencyKey(turn, frame, 'agent');
  return {
    ...invocation(turn, frame, { key, input }),
    ...(session === undefined ? {} : { session }),
  };
}

function invocation(
  turn: Turn,
  frame: Frame,
  { key, input }: { readonly key: string; readonly input: Json },
): NewCommand {
  const target = keyOf(turn, frame);
  const agent = agentOf(turn, frame);
  const { name, inputSchema, timeoutMs, limits } = agent;
  checkSchema(turn, hookOf(inputSchema), { value: input, what: `input of agent ${name}` });
  return {
    kind: 'invoke-agent',
    step: stepOf(turn, frame),
    idempotencyKey: key,
    agent: target,
    input,
    ...(limits === undefined ? {} : { budget: leftOf(limits) }),
    local: mayRunLocally(turn, { harmless: isHarmless(agent), timeoutMs, target }),
    timeoutMs,
  };
}

/** A call that may have to wait until others have ended holds up no workflow task. */
function isHarmless({ effects, concurrency }: PinnedAgent): boolean {
  return effects !== 'unknown' && concurrency === undefined;
}

function hookOf(schema: Schema | undefined): DataHook {
  return schema === undefined ? {} : { schema };
}

function replyOf(result: Json): ReadReply {
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

/**
 * Milliseconds until an agent is tried again, or null: the failure is final or the attempts are used up. Calls that failed
 * together do not come again together: `chance` (0 to 1) places each in the second half of its wait.
 */
export function retryDelay(
  agent: PinnedAgent,
  failed: Failure,
  { attempt, chance }: { readonly attempt: number; readonly chance: number },
): number | null {
  const { retry } = agent;
  if (!failed.retryable || attempt >= retry.maxAttempts) return null;
  const type = canonicalErrorType(failed.type);
  const isNamed = (named: string): boolean =>
    canonicalErrorType(named) === type || type.endsWith(`/${named}`);
  if (retry.nonRetryable.some(isNamed)) return null;
  const factor = Math.min(retry.backoff ** (attempt - 1), Number.MAX_SAFE_INTEGER);
  const backoff = Math.min(retry.initialIntervalMs * factor, retry.maxIntervalMs);
  return Math.max((backoff * (1 + chance)) / 2, failed.retryAfterMs ?? 0);
}
