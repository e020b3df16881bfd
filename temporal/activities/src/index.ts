export type {
  Activities,
  AdmitAgentCallParams,
  AgentAdmission,
  CallHttpParams,
  ChildRun,
  ChildRunEnd,
  CreateChildRunParams,
  InvokeAgentParams,
  LaterAnswer,
  LocalCall,
  OpenedHumanTask,
  OpenHumanTaskParams,
  QueuedCall,
  SettleAgentCallParams,
} from './activities.ts';
export { createActivities, type ActivityPorts } from './create-activities.ts';
export type { LiveDelivery, LiveFrames, LiveLine } from './live-frames.ts';
export { createLocalCalls, type LocalCalls } from './local-calls.ts';
