import {
  DEFAULT_LIMITS,
  type AgentBudget,
  type AgentLimits,
  type AgentReply,
  type PinnedAgent,
} from '../../agent.ts';
import { failure } from '../../failure.ts';
import { TaskFault } from '../expressions.ts';

/** What an agent has used up of its limits. */
export type Spent = Required<AgentBudget>;

const NOTHING: Spent = { steps: 0, toolCalls: 0, tokens: 0 };

/** What is used up after one more answer, which asks for so many calls of tools. */
export function spend(before: Spent = NOTHING, { usage }: AgentReply, toolCalls: number): Spent {
  return {
    steps: before.steps + 1,
    toolCalls: before.toolCalls + toolCalls,
    tokens: before.tokens + usage.inputTokens + usage.outputTokens,
  };
}

/** What is left of an agent's limits. */
export function leftOf(limits: AgentLimits, spent: Spent = NOTHING): AgentBudget {
  const { maxSteps, maxToolCalls, maxTokens } = { ...DEFAULT_LIMITS, ...limits };
  const left = (most: number, used: number): number => Math.max(0, most - used);
  return {
    steps: left(maxSteps, spent.steps),
    toolCalls: left(maxToolCalls, spent.toolCalls),
    ...(maxTokens === undefined ? {} : { tokens: left(maxTokens, spent.tokens) }),
  };
}

/** Throws a TaskFault when an agent that asks for its tools may not go on after them. */
export function checkLimits({ name, limits }: PinnedAgent, { steps, toolCalls, tokens }: Spent): void {
  const { maxSteps, maxToolCalls, maxTokens = Infinity } = { ...DEFAULT_LIMITS, ...limits };
  if (steps >= maxSteps)
    throw over(name, 'maxSteps', `asks for tools once more, and may answer ${maxSteps} times`);
  if (toolCalls > maxToolCalls)
    throw over(name, 'maxToolCalls', `asks for ${toolCalls} calls of tools, and may make ${maxToolCalls}`);
  if (tokens >= maxTokens)
    throw over(name, 'maxTokens', `has used ${tokens} tokens and is not done, and may use ${maxTokens}`);
}

function over(agent: string, limit: keyof AgentLimits, what: string): TaskFault {
  const detail = `Agent "${agent}" ${what}. Raise "limits.${limit}" in a new version, or give it a smaller task.`;
  return new TaskFault(failure('runtime', detail, { title: 'Limit of the agent', code: 'agent_limit' }));
}
