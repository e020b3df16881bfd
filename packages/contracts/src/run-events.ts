import { z } from 'zod';
import { instant, jsonValue, uuid } from './values.ts';

/** Every type of event that a run's stream may carry today. */
export const RUN_EVENT_TYPES = [
  'run.started',
  'run.waiting',
  'run.resumed',
  'run.suspended',
  'run.completed',
  'run.faulted',
  'run.canceled',
  'run.corrected',
  'step.started',
  'step.waiting',
  'step.resumed',
  'step.retrying',
  'step.completed',
  'step.faulted',
  'step.canceled',
  'step.skipped',
  'agent.message',
  'agent.chunk',
  'agent.thinking',
  'agent.tool_call',
  'agent.tool_result',
  'agent.usage',
  'human_task.opened',
  'human_task.claimed',
  'human_task.decided',
  'event.emitted',
] as const;

/** The type of an event. */
export type RunEventType = (typeof RUN_EVENT_TYPES)[number];

/** An event of a run, with the fields of its type beside the common ones. */
export const runEvent = z
  .object({
    position: z.int().min(1).meta({ description: 'Gap-free number in the run: the id of the event.' }),
    runId: uuid,
    at: instant,
    type: z.enum(RUN_EVENT_TYPES),
    step: z
      .object({
        path: z.string(),
        name: z.string(),
        iteration: z.int().exactOptional(),
        attempt: z.int(),
      })
      .catchall(jsonValue)
      .exactOptional(),
  })
  .catchall(jsonValue)
  .meta({ id: 'RunEvent' });

/** A call of a tool, or its result, as an agent tells it. */
const toolFields = z.object({ id: z.string(), name: z.string() }).catchall(jsonValue);

/**
 * What an agent tells while it works: shown in a stream between the events, without an id, kept while its step runs. Frames
 * may be lost, which leaves a gap in their offsets.
 */
export const liveFrame = z
  .object({
    runId: uuid,
    at: instant,
    type: z.enum([
      'agent.chunk',
      'agent.thinking',
      'agent.message',
      'agent.tool_call',
      'agent.tool_result',
    ] satisfies RunEventType[]),
    step: runEvent.shape.step.unwrap().extend({ id: z.int() }),
    offset: z.int().min(1).meta({ description: 'Number of the frame in its step.' }),
    delivery: z.int().min(1).meta({
      description: 'Rises when the attempt is begun anew: what was told before of this step is void then.',
    }),
    text: z
      .string()
      .exactOptional()
      .meta({ description: 'Of chunks (to be joined), thoughts and messages.' }),
    toolCall: toolFields.exactOptional(),
    toolResult: toolFields.exactOptional(),
  })
  .meta({ id: 'LiveFrame' });

/** A live frame on the wire. */
export type LiveFrame = z.infer<typeof liveFrame>;

/** A list of events, oldest first. */
export const runEventList = z
  .strictObject({
    items: z.array(runEvent).readonly(),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: '`after` of the next page; null when there are no more yet.' }),
  })
  .meta({ id: 'RunEventList' });

/** An event of a run on the wire. */
export type RunEvent = z.infer<typeof runEvent>;

/** True for the events that end a stream. */
export function endsRun(type: string): boolean {
  return type === 'run.completed' || type === 'run.faulted' || type === 'run.canceled';
}
