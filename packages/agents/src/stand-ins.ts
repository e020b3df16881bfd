/*
 * Vendors' sides, played on loopback by their documented contracts, for tests of others. What they answer is in each file.
 */
export { startGate, type GateParams } from './gate.ts';
export type { LoopbackCounterpart } from './loopback-counterpart.ts';
export { startDifyCounterpart } from './dify/dify-counterpart.ts';
export { startFlowiseCounterpart } from './flowise/flowise-counterpart.ts';
export { startLanggraphCounterpart } from './langgraph/langgraph-counterpart.ts';
export { startN8nCounterpart } from './n8n/n8n-counterpart.ts';
export { startOpenaiCounterpart } from './openai/openai-counterpart.ts';
export {
  startStubModel,
  type StubModel,
  type StubModelParams,
  type StubRequest,
} from './openai/stub-model/stub-model.ts';
export type { Turn, TurnCall } from './openai/stub-model/turn.ts';
