import { answersLater, isObject, type Json, type OpenCommand } from '@baton/core';
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Stage } from './perform.ts';
import { storeActivities } from './store-activities.ts';
import { summaryOf } from './summaries.ts';

type Command = Extract<OpenCommand, { kind: 'invoke-agent' }>;

/** The ways in which a call is made that may be answered later. */
export interface LateWays {
  /** Asks the agent, or finds that it was asked. */
  ask(): Promise<Json>;
  /** Looks for what the agent has sent; after the deadline it fails. */
  look(): Promise<Json>;
}

/** Whether the agent of a call is asked to answer later, to a URL. */
export function mayAnswerLater({ snapshot }: Stage, command: Command): boolean {
  const agent = snapshot.agents[command.agent];
  return agent !== undefined && answersLater(agent);
}

/**
 * Makes a call whose agent answers later. Meanwhile no worker is kept: the run is woken by a signal, or at the deadline. A
 * signal only wakes: what counts is what an activity finds in the database, so a forged one moves nothing.
 */
export async function performLateAnswer(stage: Stage, command: Command, ways: LateWays): Promise<Json> {
  const { id, idempotencyKey: key } = command;
  const summary = `${summaryOf(command)}, answers later`;
  try {
    for (let told = await ways.ask(); ; told = await ways.look()) {
      const until = untilOf(told);
      if (until === null) return told;
      stage.feed({ kind: 'answer-awaited', command: id, until });
      await condition(() => stage.calledBack.has(key), Math.max(1, Date.parse(until) - Date.now()), {
        summary,
      });
      stage.calledBack.forget(key);
    }
  } catch (error) {
    if (isCancellation(error)) await close(key, summary);
    throw error;
  }
}

/** Until when an answer may come; null for an answer itself, which has no kind. */
function untilOf(told: Json): string | null {
  if (!isObject(told) || told['kind'] !== 'later' || Object.hasOwn(told, 'output')) return null;
  return typeof told['until'] === 'string' ? told['until'] : null;
}

async function close(idempotencyKey: string, summary: string): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    storeActivities(`${summary}, is not wanted any more`).closeAgentCallback({ idempotencyKey }),
  );
}
