import type { PinnedAgent } from '@baton/core';

/** Whether an agent runs in Python; its config was checked when it was registered. */
export function isPythonAgent({ adapter, config }: Pick<PinnedAgent, 'adapter' | 'config'>): boolean {
  return adapter === 'framework' && config['runtime'] === 'python';
}

/** The task queue of the workers in Python, beside that of a run; they name it the same way. */
export function pythonQueueOf(taskQueue: string): string {
  return `${taskQueue}-python`;
}
