import { failure, type AgentReply } from '@baton/core';
import { AgentFailureError, type AgentEvent } from '../../adapter.ts';
import { asGraph, asRunnable, type Langgraph } from './foreign-codec.ts';
import { createGraphDriver } from './graph-driver.ts';
import type { AgentOrder, HostCall } from './host-protocol.ts';
import { createRunnableDriver } from './runnable-driver.ts';

/** Asks one agent, in the process that it runs in. */
export interface Driver {
  /** One question. Throws what the agent throws, or {@link AgentFailureError}. */
  answer(call: HostCall, emit: (event: AgentEvent) => void): Promise<AgentReply>;
}

/** Parameters of {@link createDriver}. */
export interface DriverParams {
  readonly agent: unknown;
  readonly framework: AgentOrder['framework'];
  /** `@langchain/langgraph` as the agent's module sees it; null when it cannot be found from there. */
  readonly langgraph: Langgraph | null;
}

/** Creates the driver of an agent. Throws {@link AgentFailureError} `configuration` when it is none of its framework. */
export function createDriver({ agent, framework, langgraph }: DriverParams): Driver {
  const graph = asGraph(agent);
  if (graph !== null)
    return createGraphDriver({ graph, langgraph, output: framework === 'langgraph' ? 'state' : 'answer' });
  const runnable = framework === 'langchain' ? asRunnable(agent) : null;
  if (runnable !== null) return createRunnableDriver(runnable);
  const wanted =
    framework === 'langgraph'
      ? 'a compiled graph (what .compile() returns) or an entrypoint'
      : 'an agent of createAgent, or another runnable';
  const detail = `The export is no agent of ${framework}: it must be, or make, ${wanted}.`;
  throw new AgentFailureError(failure('configuration', detail, { code: 'not_an_agent' }));
}
