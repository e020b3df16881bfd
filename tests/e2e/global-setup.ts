import { startTemporal } from '@baton/stand';
import { startStack, SUGGEST_AFTER } from './stack.ts';

/** Starts the stack that scenarios share when they need none of their own. */
export default async function setUp(): Promise<void> {
  if (SUGGEST_AFTER !== undefined) {
    const temporal = await startTemporal({ suggestContinueAsNewAfter: SUGGEST_AFTER });
    process.env['BATON_TEST_TEMPORAL_ADDRESS'] = temporal.address;
    process.env['BATON_TEST_TEMPORAL_UI_URL'] = temporal.uiUrl;
    Object.assign(globalThis, { batonE2eTemporal: temporal });
  }
  const stack = await startStack();
  process.env['BATON_E2E_API_URL'] = stack.apiUrl;
  process.env['BATON_E2E_DATABASE_URL'] = stack.databaseUrl;
  process.env['BATON_E2E_OWNER_URL'] = stack.ownerUrl;
  process.env['BATON_E2E_TEMPORAL_ADDRESS'] = stack.temporalAddress;
  process.env['BATON_E2E_TASK_QUEUE'] = stack.taskQueue;
  Object.assign(globalThis, { batonE2eStack: stack });
}
