import {
  condition,
  defineQuery,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { Count, createActivities } from './activities.ts';

/*
 * What one would write by hand for the workloads, with Temporal's own TypeScript SDK and nothing else.
 */

type Activities = ReturnType<typeof createActivities>;

/** As an agent of Baton is tried again when its version says nothing else. */
const CALLS = {
  startToCloseTimeout: '10 seconds',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    maximumAttempts: 5,
  },
} as const;

const ordinary = proxyActivities<Activities>(CALLS);
const local = proxyLocalActivities<Activities>(CALLS);

/** A person's decision. */
export const decide = defineSignal<[string]>('decide');
/** Whether the workflow waits for the decision. */
export const isWaiting = defineQuery<boolean>('isWaiting');

/** W1: nothing but a result. */
export function empty(input: Count): Promise<Count> {
  return Promise.resolve({ n: input.n + 1 });
}

/** W2: three calls, one after the other. */
export function sequential(input: Count): Promise<Count> {
  return inSequence(input, ordinary.callAgent);
}

/** W2 with local activities. */
export function sequentialLocal(input: Count): Promise<Count> {
  return inSequence(input, local.callAgent);
}

/** W3: a decision, and what it was. */
export async function decision(input: Count): Promise<{ readonly n: number; readonly outcome: string }> {
  let outcome: string | null = null;
  setHandler(decide, (given) => {
    outcome = given;
  });
  setHandler(isWaiting, () => outcome === null);
  await condition(() => outcome !== null);
  return { n: input.n, outcome: String(outcome) };
}

/** W4: calls side by side. */
export function fanOut(input: Count, width: number): Promise<readonly Count[]> {
  return sideBySide(input, width, ordinary.callAgent);
}

/** W4 with local activities. */
export function fanOutLocal(input: Count, width: number): Promise<readonly Count[]> {
  return sideBySide(input, width, local.callAgent);
}

type CallAgent = Activities['callAgent'];

async function inSequence(input: Count, callAgent: CallAgent): Promise<Count> {
  const first = await callAgent(input);
  const second = await callAgent(first);
  return callAgent(second);
}

function sideBySide(input: Count, width: number, callAgent: CallAgent): Promise<readonly Count[]> {
  return Promise.all(Array.from({ length: width }, (_, branch) => callAgent({ n: input.n + branch })));
}
