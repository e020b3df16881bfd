import type { Snapshot } from '@baton/core';
import { AppError } from '@baton/core';
import type { RunGateway } from './run-gateway.ts';

/** A gateway for tests: remembers what it was asked, and is away when told to be. */
export interface FakeGateway extends RunGateway {
  readonly started: Snapshot[];
  /** `verb runId` of every message that arrived. */
  readonly messages: string[];
  /** `open`: known to be away; `failing`: every call fails. */
  state: 'there' | 'open' | 'failing';
  workerPollAt: Date | null;
}

/** A gateway that answers. */
export function createFakeGateway(): FakeGateway {
  const guard = (): void => {
    if (fake.state !== 'there') throw new AppError({ code: 'unavailable', message: 'Temporal is away.' });
  };
  const deliver = async (verb: string, runId: string): Promise<'delivered' | 'not_found'> => {
    guard();
    if (!fake.started.some((snapshot) => snapshot.runId === runId)) return 'not_found';
    fake.messages.push(`${verb} ${runId}`);
    return 'delivered';
  };
  const fake: FakeGateway = {
    started: [],
    messages: [],
    state: 'there',
    workerPollAt: new Date(),
    start: async (snapshot) => {
      guard();
      if (!fake.started.some(({ runId }) => runId === snapshot.runId)) fake.started.push(snapshot);
    },
    signal: (_scope, runId, event) => deliver(`signal ${JSON.stringify(event['type'])}`, runId),
    suspend: (_scope, runId) => deliver('suspend', runId),
    resume: (_scope, runId) => deliver('resume', runId),
    cancel: (_scope, runId, reason) => deliver(`cancel ${reason}`, runId),
    terminate: (_scope, runId, reason) => deliver(`terminate ${reason}`, runId),
    available: () => fake.state !== 'open',
    ping: async () => guard(),
    lastWorkerPollAt: async () => {
      guard();
      return fake.workerPollAt;
    },
  };
  return fake;
}
