import { workflowIdOf, type RunId, type Scope } from '@baton/core';
import type { RetellRepository, SinkBatch } from '@baton/store';
import { certainPart, type Histories } from '@baton/temporal-client';
import type { Replayer, ToldTask } from './replayer.ts';

/** What telling a run again needs. */
export interface RetellPorts {
  readonly retell: RetellRepository;
  readonly histories: Histories;
  readonly replayer: Replayer;
}

/** A run to tell again. */
export interface RetellParams {
  readonly scope: Scope;
  readonly runId: RunId;
  /** Temporal's id of its newest execution that counts; null: whichever is the newest now. */
  readonly newest: string | null;
}

/** What came of it. `partly`: older histories are not retained, and their events are gone; `no_history`: none is. */
export type Retold = 'whole' | 'partly' | 'no_history';

/** Events stored in one transaction. */
const CHUNK = 500;

/** Rounds after which a run that is reset again and again is left to the next look. */
const ROUNDS = 3;

/**
 * Has the histories of all executions of a run tell their events again, and builds row and steps from them. What was
 * superseded on the way may have been told again meanwhile by a worker, so then the histories are read once more.
 */
export async function retellRun(ports: RetellPorts, params: RetellParams): Promise<Retold> {
  for (let round = 1; ; round += 1) {
    const told = await tellOnce(ports, params);
    if (told === null) return 'no_history';
    if (told.superseded === 0 || round === ROUNDS) return told.whole ? 'whole' : 'partly';
  }
}

async function tellOnce(
  { retell, histories, replayer }: RetellPorts,
  { scope, runId, newest }: RetellParams,
): Promise<{ readonly whole: boolean; readonly superseded: number } | null> {
  const executions = await histories.chain(scope, { runId, newest });
  const execution = executions?.at(-1);
  if (executions === null || execution === undefined) return null;
  if (!(await retell.begin(scope, { runId, executions }))) return null;
  let lastSeq = 0;
  for (const temporalRunId of executions) {
    const recorded = await histories.fetch(scope, runId, temporalRunId);
    const history = recorded === null ? null : certainPart(recorded);
    if (history === null) continue;
    const chunks = createChunks((batches) => retell.tell(scope, { runId, batches }));
    await replayer.replay({
      workflowId: workflowIdOf(scope, runId),
      history,
      onTask: async ({ historyLength, events }: ToldTask) => {
        lastSeq = Math.max(lastSeq, ...events.map(({ seq }) => seq));
        await chunks.add({ scope, runId, temporalRunId, historyLength, replayed: true, events });
      },
    });
    await chunks.flush();
  }
  return retell.finish(scope, { runId, execution, lastSeq });
}

/** Gathers batches of events so that not each of them is a transaction. */
function createChunks(tell: (batches: readonly SinkBatch[]) => Promise<void>) {
  let batches: SinkBatch[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    const ready = batches;
    batches = [];
    size = 0;
    if (ready.length > 0) await tell(ready);
  };
  return {
    flush,
    async add(batch: SinkBatch): Promise<void> {
      batches.push(batch);
      size += batch.events.length;
      if (size >= CHUNK) await flush();
    },
  };
}
