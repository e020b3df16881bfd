import type { JsonObject, NumberedTrace } from '@baton/core';
import { defineQuery, defineSignal, type Sinks } from '@temporalio/workflow';

/** A human task of this run may have been decided; the workflow reads the recorded outcome before it believes it. */
export const humanTaskDecided =
  defineSignal<[{ humanTaskId: string; decisionId: string }]>('humanTaskDecided');

/** A child run of this run may have ended; the workflow reads the recorded end before it believes it. */
export const childRunEnded = defineSignal<[{ childRunId: string }]>('childRunEnded');

/** It may be the turn of a call that waits until its agent can be called; the workflow asks before it believes it. */
export const agentCallDue = defineSignal<[{ key: string }]>('agentCallDue');

/** An agent may have answered that was to answer later; the workflow looks before it believes it. */
export const agentCalledBack = defineSignal<[{ key: string }]>('agentCalledBack');

/** A CloudEvent for a `listen`. */
export const deliverEvent = defineSignal<[JsonObject]>('event');

/** No new command starts until `resume`. */
export const suspend = defineSignal('suspend');

/** Goes on after `suspend`. */
export const resume = defineSignal('resume');

/** Why the run is about to be canceled: a cancel request of Temporal's brings no words into the workflow. */
export const cancelReason = defineSignal<[string]>('cancelReason');

/** A short picture of the run, for people who look with Temporal's tools. */
export const describeRun = defineQuery<JsonObject>('run');

/** Where the events of a run leave the sandbox. */
export interface BatonSinks extends Sinks {
  readonly baton: {
    /**
     * Stores events before the workflow task completes; with `goesOn` the task does not complete before more was told,
     * if only that nothing has happened since.
     */
    record(events: readonly NumberedTrace[], goesOn: boolean): void;
    /** Gives up the local call with this key, which nobody waits for any more; `isToBegin` when it may not have begun yet. */
    abandon(idempotencyKey: string, isToBegin: boolean): void;
  };
}
