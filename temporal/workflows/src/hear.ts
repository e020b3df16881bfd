import { excerpt, storableText, type InterpreterEvent } from '@baton/core';
import { CancellationScope, isCancellation, setHandler } from '@temporalio/workflow';
import {
  agentCallDue,
  agentCalledBack,
  cancelReason,
  childRunEnded,
  deliverEvent,
  humanTaskDecided,
  resume,
  suspend,
} from './messages.ts';
import type { PerformerParams } from './perform.ts';

/** Characters of a reason to cancel; the API refuses longer ones. */
const LONGEST_REASON = 1_000;

/** What is told of messages. */
interface Hearer {
  feed(event: InterpreterEvent): void;
  hear(event?: InterpreterEvent): void;
}

type RunWakeUps = Pick<PerformerParams, 'decided' | 'childRunEnded' | 'callDue' | 'calledBack'>;

/** Takes the signals of a run. Whatever comes makes the execution longer. */
export function handleMessages(inbox: Hearer, wakeUps: RunWakeUps): void {
  // Whoever reaches Temporal can send anything, and whatever it is makes the execution longer.
  setHandler(humanTaskDecided, (message) => {
    const id: unknown = message?.humanTaskId;
    if (typeof id === 'string') wakeUps.decided.note(id);
    inbox.hear();
  });
  setHandler(childRunEnded, (message) => {
    const id: unknown = message?.childRunId;
    if (typeof id === 'string') wakeUps.childRunEnded.note(id);
    inbox.hear();
  });
  setHandler(agentCallDue, (message) => {
    const key: unknown = message?.key;
    if (typeof key === 'string') wakeUps.callDue.note(key);
    inbox.hear();
  });
  setHandler(agentCalledBack, (message) => {
    const key: unknown = message?.key;
    if (typeof key === 'string') wakeUps.calledBack.note(key);
    inbox.hear();
  });
  setHandler(deliverEvent, (event) => {
    if (typeof event === 'object' && event !== null && !Array.isArray(event))
      inbox.hear({ kind: 'signal', event });
    else inbox.hear();
  });
  setHandler(suspend, () => {
    inbox.hear({ kind: 'suspend' });
  });
  setHandler(resume, () => {
    inbox.hear({ kind: 'resume' });
  });
}

/** Feeds a cancel with its reason; answers what another execution must know of a reason that came before its cancel. */
export function noteCancel(inbox: Hearer, known?: string): () => { readonly cancelReason?: string } {
  let reason = known;
  setHandler(cancelReason, (text) => {
    // Whoever reaches Temporal can send anything here, also what PostgreSQL does not take.
    if (typeof text === 'string' && text !== '') reason = storableText(excerpt(text, LONGEST_REASON));
    inbox.hear();
  });
  CancellationScope.current().cancelRequested.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
    inbox.feed({ kind: 'cancel', reason: reason ?? 'The run was canceled.' });
  });
  return () => (reason === undefined ? {} : { cancelReason: reason });
}
