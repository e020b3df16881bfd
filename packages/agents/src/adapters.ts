import type { Adapter } from './adapter.ts';
import { createHttpAdapter } from './http/adapter.ts';

/** Every adapter there is: what the API takes is what workers can call. */
export function createAdapters(): readonly Adapter[] {
  return [createHttpAdapter()];
}
