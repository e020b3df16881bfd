import type { Adapter } from './adapter.ts';
import { createDifyAdapter } from './dify/adapter.ts';
import { createFlowiseAdapter } from './flowise/adapter.ts';
import { createFrameworkAdapter } from './framework/adapter.ts';
import type { NodeAgents } from './framework/node-agents.ts';
import { createHttpAdapter } from './http/adapter.ts';
import { createLanggraphAdapter } from './langgraph/adapter.ts';
import { createN8nAdapter } from './n8n/adapter.ts';
import { createOpenaiAdapter } from './openai/adapter.ts';

/** What adapters need that only some processes have. */
export interface AdaptersParams {
  /** Runs agents of Node frameworks. Default: this process runs none. */
  readonly nodeAgents?: NodeAgents;
}

/** Every adapter there is: what the API takes is what workers can call. */
export function createAdapters({ nodeAgents }: AdaptersParams = {}): readonly Adapter[] {
  return [
    createDifyAdapter(),
    createFlowiseAdapter(),
    createFrameworkAdapter(nodeAgents ?? null),
    createHttpAdapter(),
    createLanggraphAdapter(),
    createN8nAdapter(),
    createOpenaiAdapter(),
  ];
}
