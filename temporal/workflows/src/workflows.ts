/** The entry of the workflow bundle: the default export is Temporal's dynamic workflow. */
import { run } from './run.ts';

// Temporal takes the dynamic workflow as the default export.
// oxlint-disable-next-line import/no-default-export
export default run;
