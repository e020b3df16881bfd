import type { RunEvent } from '@baton/contracts';
import type { Json } from '@baton/core';

/** An event with the fields of its type; the store keeps only events whose types the contract knows. */
export function toRunEventJson(event: {
  readonly position: number;
  readonly runId: string;
  readonly at: string;
  readonly type: string;
  readonly [field: string]: Json;
}): RunEvent {
  return event as RunEvent;
}
