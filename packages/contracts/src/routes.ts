import { agentRoutes } from './agent-routes.ts';
import { artifactRoutes } from './artifact-routes.ts';
import { callbackRoutes } from './callback-routes.ts';
import { humanTaskRoutes } from './human-task-routes.ts';
import { operationRoutes } from './operation-routes.ts';
import type { Route } from './route.ts';
import { runRoutes } from './run-routes.ts';
import { workflowRoutes } from './workflow-routes.ts';

/** Every operation of the API by its id. */
export const routes = {
  ...workflowRoutes,
  ...runRoutes,
  ...agentRoutes,
  ...callbackRoutes,
  ...artifactRoutes,
  ...humanTaskRoutes,
  ...operationRoutes,
};

/** Id of an operation. */
export type OperationId = keyof typeof routes;

/** Every operation, in the order of the document. */
export const routeList: readonly Route[] = Object.values(routes);
