import type { PinnedAgent } from '../../agent.ts';
import type { CallAgentTask } from '../../definition/definition.ts';
import { failure } from '../../failure.ts';
import { TaskFault } from '../expressions.ts';
import type { Frame } from '../state.ts';
import { taskAt, type Turn } from '../turn.ts';

/** What the call of a task says. */
export function callOf(turn: Turn, frame: Frame): CallAgentTask['with'] {
  return taskAt(turn, frame, 'call-agent').with;
}

/** The key of the version that is called: of the task's agent, or of the agent that is its tool. */
export function keyOf(turn: Turn, frame: Frame): string {
  return frame.tool === undefined ? (turn.run.snapshot.pins[frame.pointer] ?? '') : (frame.tool.agent ?? '');
}

/** The version that is called; throws a TaskFault when the run is pinned to none. */
export function agentOf(turn: Turn, frame: Frame): PinnedAgent {
  const agent = turn.run.snapshot.agents[keyOf(turn, frame)];
  if (agent !== undefined) return agent;
  const detail = `The run is pinned to no version of agent "${callOf(turn, frame).agent}".`;
  throw new TaskFault(failure('configuration', detail));
}
