export type { BatonSinks } from './messages.ts';
export { workflowsPath } from './workflows-path.ts';
