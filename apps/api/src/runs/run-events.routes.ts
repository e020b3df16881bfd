import { AppError, isTerminal } from '@baton/core';
import { routes } from '@baton/contracts';
import { empty, json, type Answer, type Exchange } from '../http/call.ts';
import { endpointOn, type Endpoint } from '../http/endpoint.ts';
import { malformedParameter, unavailable } from '../http/refusals.ts';
import { streamEvents, type EventStreamPorts } from './event-stream.ts';
import { positionAfter } from './event-position.ts';
import { framesWanted } from './live-frames.ts';
import { toRunEvent } from './run-json.ts';
import { findRun } from './runs.routes.ts';

/** What the events of runs need. */
export interface RunEventPorts extends EventStreamPorts {
  /** How many streams this process keeps open at once. */
  readonly maxStreams: number;
}

const LIST_DEFAULT = 200;

/** The route of a run's events. */
export function runEventEndpoints(ports: RunEventPorts): readonly Endpoint[] {
  let streams = 0;
  return [
    endpointOn(routes.streamEvents, {
      find: findRun(ports.store),
      handle: async (call, { runId, run }): Promise<Answer> => {
        const { caller, exchange, query } = call;
        const target = { scope: caller.scope, runId };
        if (acceptedType(exchange) === 'application/json') return list(ports, target, query);
        if (query.after !== undefined || query.limit !== undefined) {
          throw malformedParameter(
            'after',
            'after and limit belong to the JSON list; a stream takes Last-Event-ID.',
          );
        }
        const after = positionAfter(call.header('Last-Event-ID'), query.lastEventId);
        // An EventSource comes back for ever after a 200 that ends; 204 tells it that there is nothing more.
        if (isTerminal(run.status) && after > 0 && after >= run.lastPosition) return empty(204);
        if (streams >= ports.maxStreams) throw unavailable('Too many event streams are open.', 5);
        return {
          kind: 'stream',
          write: async (response) => {
            streams += 1;
            try {
              const params = {
                ...target,
                after,
                frames: framesWanted(query.frames),
                signal: exchange.signal,
              };
              await streamEvents(ports, params, response);
            } finally {
              streams -= 1;
            }
          },
        };
      },
    }),
  ];
}

function acceptedType(exchange: Exchange): 'text/event-stream' | 'application/json' {
  const type = exchange.request.accepts(['text/event-stream', 'application/json']);
  if (type === 'text/event-stream' || type === 'application/json') return type;
  throw new AppError({
    code: 'not_acceptable',
    message: 'Events come as text/event-stream or application/json; Accept names neither.',
  });
}

type Target = Pick<Parameters<typeof streamEvents>[1], 'scope' | 'runId'>;

async function list(
  ports: RunEventPorts,
  { scope, runId }: Target,
  query: {
    readonly after?: number;
    readonly limit?: number;
    readonly lastEventId?: string;
    readonly frames?: string;
  },
): Promise<Answer> {
  if (query.frames !== undefined)
    throw malformedParameter('frames', 'Live frames come with a stream; the JSON list has events only.');
  const limit = query.limit ?? LIST_DEFAULT;
  const after = Math.min(query.after ?? positionAfter(undefined, query.lastEventId), 2_147_483_647);
  const events = await ports.store.events.list(scope, runId, { after, limit });
  const last = events.at(-1);
  const more = last !== undefined && events.length === limit;
  return json(200, { items: events.map(toRunEvent), nextCursor: more ? String(last.position) : null });
}
