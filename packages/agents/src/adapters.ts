import type { Adapter } from './adapter.ts';
import { createDifyAdapter } from './dify/adapter.ts';
import { createFlowiseAdapter } from './flowise/adapter.ts';
import { createFrameworkAdapter } from './framework/adapter.ts';
import { createHttpAdapter } from './http/adapter.ts';
import { createLanggraphAdapter } from './langgraph/adapter.ts';
import { createN8nAdapter } from './n8n/adapter.ts';
import { createOpenaiAdapter } from './openai/adapter.ts';

/** Every adapter there is: what the API takes is what workers can call. */
export function createAdapters(): readonly Adapter[] {
  return [
    createDifyAdapter(),
    createFlowiseAdapter(),
    createFrameworkAdapter(),
    createHttpAdapter(),
    createLanggraphAdapter(),
    createN8nAdapter(),
    createOpenaiAdapter(),
  ];
}
