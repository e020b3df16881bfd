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
