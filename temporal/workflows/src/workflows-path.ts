import { fileURLToPath } from 'node:url';

/** The file from which the workflow bundle is made. */
export const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
