import type { Command, Snapshot } from '@baton/core';

/** Whether a command calls an agent that only workers in Python can run; its config was checked when it was registered. */
export function runsInPython({ agents }: Pick<Snapshot, 'agents'>, command: Command): boolean {
  const agent = command.kind === 'invoke-agent' ? agents[command.agent] : undefined;
  return agent?.adapter === 'framework' && agent.config['runtime'] === 'python';
}

/** The task queue of the workers in Python, beside that of a run; they name it the same way. */
export function pythonQueueOf(taskQueue: string): string {
  return `${taskQueue}-python`;
}
