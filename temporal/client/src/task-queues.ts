/** The task queue of runs and of the effects that run on the ordinary worker. */
export const RUNS_TASK_QUEUE = 'baton-runs';

/** Names of the search attributes that every execution of ours carries: opaque ids and names of definitions only. */
export const SEARCH_ATTRIBUTES = Object.freeze({
  workspace: 'BatonWorkspace',
  workflow: 'BatonWorkflow',
  version: 'BatonVersion',
  requester: 'BatonRequester',
});
