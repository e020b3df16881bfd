export type { BatonSinks } from './messages.ts';
export { preloadModules, workflowsPath } from './workflows-path.ts';
