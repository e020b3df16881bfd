export { createCircuit, type Circuit, type CircuitParams } from './circuit.ts';
export {
  createGateway,
  type Delivered,
  type ExecutionState,
  type Gateway,
  type GatewayParams,
} from './gateway.ts';
export {
  certainPart,
  createHistories,
  type ChainParams,
  type Histories,
  type History,
  type HistoryEvent,
} from './histories.ts';
export { opaque, startFacts, type StartFacts } from './start-options.ts';
export { toolsOf, type ToolWish } from './pin-tools.ts';
export { RUNS_TASK_QUEUE, SEARCH_ATTRIBUTES } from './task-queues.ts';
export { buildSnapshot, type ResolveAgent, type SnapshotParams, type SnapshotResult } from './snapshot.ts';
export { snapshotFromJson, snapshotToJson } from './snapshot-codec.ts';
export { pinAgent, type RegisteredAgent } from './pin-agent.ts';
