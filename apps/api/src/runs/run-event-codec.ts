import type { LiveFrame, RunEvent } from '@baton/contracts';
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

/** A frame with what it tells; workers store only what is of its type. */
export function toLiveFrameJson(frame: Readonly<Record<string, unknown>>): LiveFrame {
  return frame as LiveFrame;
}
