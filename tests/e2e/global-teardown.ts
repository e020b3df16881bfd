import type { RunningTemporal } from '@baton/stand';
import { stopParts } from '@baton/test-kit';
import type { Stack } from './stack.ts';

declare global {
  var batonE2eStack: Stack | undefined;
  var batonE2eTemporal: RunningTemporal | undefined;
}

/** Ends the shared stack. */
export default async function tearDown(): Promise<void> {
  await globalThis.batonE2eStack?.stop();
  await globalThis.batonE2eTemporal?.stop();
  await stopParts();
}
