import { failure } from '@baton/core';
import { AgentFailureError, type Adapter } from '../adapter.ts';
import { parseFrameworkConfig, type FrameworkConfig } from './config.ts';
import type { NodeAgents } from './node-agents.ts';

/** The adapter for agents that are modules of a framework. `nodeAgents` runs those of Node; null: this process runs none. */
export function createFrameworkAdapter(nodeAgents: NodeAgents | null): Adapter<FrameworkConfig> {
  return {
    kind: 'framework',
    capabilities: {
      streaming: true,
      sessions: true,
      pauses: true,
      cancel: true,
      files: false,
      health: false,
    },
    parseConfig: parseFrameworkConfig,
    invoke: async (request, context) => {
      const { agent, config } = request;
      if (config.runtime === 'node' && nodeAgents !== null)
        return nodeAgents.invoke({ ...request, config }, context);
      const detail =
        config.runtime === 'python'
          ? `Agent "${agent.name}" runs in Python: a Python worker takes its calls, and this is none.`
          : `Agent "${agent.name}" runs in Node, and this process starts no agents; a worker does.`;
      throw new AgentFailureError(failure('configuration', detail, { code: 'wrong_worker' }));
    },
  };
}
