export type {
  Activities,
  CallHttpParams,
  ChildRun,
  ChildRunEnd,
  CreateChildRunParams,
  InvokeAgentParams,
  LocalCall,
  OpenedHumanTask,
  OpenHumanTaskParams,
} from './activities.ts';
export { createActivities, type ActivityPorts } from './create-activities.ts';
export { createLocalCalls, type LocalCalls } from './local-calls.ts';
