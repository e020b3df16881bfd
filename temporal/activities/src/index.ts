export type {
  Activities,
  CallHttpParams,
  ChildRun,
  CreateChildRunParams,
  InvokeAgentParams,
  OpenedHumanTask,
  OpenHumanTaskParams,
} from './activities.ts';
