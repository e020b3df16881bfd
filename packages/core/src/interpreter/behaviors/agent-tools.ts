import type { PinnedAgent, PinnedTool } from '../../agent.ts';
import { failure } from '../../failure.ts';
import { TaskFault } from '../expressions.ts';
import type { Frame, PauseState } from '../state.ts';
import { bodyOf, frameAt, push, putBody, stepOf, type Turn } from '../turn.ts';
import { checkLimits } from './agent-limits.ts';
import { agentOf, keyOf } from './pinned-agent.ts';

/*
 * An agent that asks for its tools is answered by other agents: every call of a tool is a step of its own below the agent's,
 * with attempts, usage and pauses of its own, and all calls of one answer are made side by side. A tool that fails for good
 * is told to the agent, which may find another way.
 */

/** Agents that call agents that call agents: nobody means it deeper than this. */
const MOST_DEEP = 5;

/** Begins every tool that a pause asks for. */
export function useTools(turn: Turn, frame: Frame, state: PauseState): void {
  const { pause, spent, count } = state;
  const agent = agentOf(turn, frame);
  checkLimits(agent, spent);
  if (pause.items.length === 0)
    throw new TaskFault(failure('runtime', `Agent "${agent.name}" asks for tools and names none.`));
  putBody(turn, frame, { ...bodyOf(frame, 'call'), phase: 'tools', pause: state });
  // What is put last is begun first.
  for (const [index, { id, name, arguments: input }] of [...pause.items.entries()].toReversed()) {
    const tool = { place: toolPlace(count, index), id, name, agent: toolOf(agent, name)?.agent ?? null };
    push(turn, { do: 'begin', parent: frame.id, pointer: frame.pointer, input, tool });
  }
}

/** Which round of tools, and which call of it. */
export const toolPlace = (count: number, index: number): string => `${count}.${index}`;

/** A tool of an agent, by the name that the agent has asked for: its own, whatever that name is. */
export function toolOf({ tools = {} }: PinnedAgent, name: string): PinnedTool | undefined {
  return Object.hasOwn(tools, name) ? tools[name] : undefined;
}

/** Throws a TaskFault for a tool that cannot be called. */
export function checkTool(turn: Turn, frame: Frame): void {
  if (keyOf(turn, frame) === '')
    throw new TaskFault(failure('validation', `There is no tool "${stepOf(turn, frame).name}".`));
  if (depthOf(turn, frame) > MOST_DEEP)
    throw new TaskFault(failure('runtime', `Agents call one another as tools ${MOST_DEEP} deep at most.`));
}

function depthOf(turn: Turn, { parent, tool }: Frame): number {
  return tool === undefined ? 0 : 1 + depthOf(turn, frameAt(turn, parent));
}
