import { fileURLToPath } from 'node:url';

/** The file from which the workflow bundle is made. */
export const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));

/** Modules of the bundle that are loaded once for all runs of a thread: they keep nothing of a run. */
export const preloadModules: string[] = [fileURLToPath(new URL('./stateless.ts', import.meta.url))];
