export type {
  Activities,
  CallHttpParams,
  ChildRun,
  CreateChildRunParams,
  InvokeAgentParams,
  OpenedHumanTask,
  OpenHumanTaskParams,
} from './activities.ts';
export { createActivities, type ActivityPorts } from './create-activities.ts';
