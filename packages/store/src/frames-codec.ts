import type { FrameRecord, FrameType } from './frames.ts';
import { instant, json, number, numberOrNull, oneOf, text, type Row } from './row-codec.ts';

const TYPES: readonly FrameType[] = [
  'agent.chunk',
  'agent.thinking',
  'agent.message',
  'agent.tool_call',
  'agent.tool_result',
];

/** A row of `live_frames`, with its step, as a record. */
export function toFrameRecord(row: Row): FrameRecord {
  const iteration = numberOrNull(row, 'iteration');
  return {
    step: {
      id: number(row, 'step_id'),
      parent: number(row, 'parent_id'),
      path: text(row, 'path'),
      name: text(row, 'name'),
      kind: text(row, 'kind'),
      ...(iteration === null ? {} : { iteration }),
      attempt: number(row, 'attempt'),
    },
    offset: number(row, 'frame_offset'),
    delivery: number(row, 'delivery'),
    at: instant(row, 'at'),
    type: oneOf(row, 'type', TYPES),
    data: json(row, 'data'),
  };
}
