import { setTimeout as pause } from 'node:timers/promises';
import type { AgentFailureError, AgentResume } from '@baton/agents';
import type { AgentReply } from '@baton/core';
import {
  isDatabaseUnavailable,
  mintCallbackToken,
  type AwaitedCallback,
  type CallbackRepository,
} from '@baton/store';
import type { Activities, LaterAnswer } from './activities.ts';
import { currentRun } from './current-run.ts';

/** What answers that come later need. */
export interface CallbackPorts {
  readonly callbacks: CallbackRepository;
  /** Where agents reach the API; null: nowhere. */
  readonly publicUrl: string | null;
}

/** The answers of one delivery that come later. */
export interface LateAnswer {
  /** Makes a URL for this delivery; null when nobody could reach it. */
  open(): Promise<string | null>;
  /** Notes that the agent has said that it will answer. */
  accept(): Promise<void>;
  find(): Promise<AwaitedCallback | null>;
  /** Nothing more is taken, and what came is forgotten. */
  close(): Promise<void>;
}

/** Hands out URLs that agents may answer to, and what they have answered. */
export interface CallbackDesk extends Pick<Activities, 'closeAgentCallback'> {
  /** `deadlineAt`, in epoch milliseconds, is until when a URL may be used. */
  of(delivery: { readonly key: string; readonly deadlineAt: number }): LateAnswer;
}

/** Creates the desk of one worker. */
export function createCallbackDesk({ callbacks, publicUrl }: CallbackPorts): CallbackDesk {
  return {
    of: ({ key, deadlineAt }) => {
      const { scope, workflowId } = currentRun();
      const patiently = <T>(work: () => Promise<T>): Promise<T> => whileAway(work, deadlineAt);
      return {
        async open() {
          if (publicUrl === null) return null;
          const { token, tokenHash } = mintCallbackToken(scope);
          const expiresInMs = Math.max(1, deadlineAt - Date.now());
          await patiently(() => callbacks.open(scope, { tokenHash, key, workflowId, expiresInMs }));
          return `${publicUrl.replace(/\/+$/, '')}/v1/callbacks/${token}`;
        },
        accept: () => patiently(() => callbacks.accept(scope, key)),
        find: () => patiently(() => callbacks.find(scope, key)),
        close: () => patiently(() => callbacks.close(scope, key)),
      };
    },
    closeAgentCallback: ({ idempotencyKey }) => callbacks.close(currentRun().scope, idempotencyKey),
  };
}

/** Pause before a database that is away is asked again, in milliseconds. */
const AGAIN_MS = 1_000;

/** That our database is away is not the agent's failure: it is asked again until the deadline. */
async function whileAway<T>(work: () => Promise<T>, deadlineAt: number): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseUnavailable(error) || Date.now() + AGAIN_MS >= deadlineAt) throw error;
      await pause(AGAIN_MS);
    }
  }
}

/** Asks the adapter; with `resume`, to read what its agent has sent. */
type Ask = (resume?: AgentResume) => Promise<AgentReply>;

/** How a call is made whose agent answers later. */
export interface LateCall {
  readonly late: LateAnswer;
  /** Whether the agent was asked before and may have answered. */
  readonly calledBack: boolean;
  /** The failure of an agent that has not answered in time. */
  readonly tooLate: () => AgentFailureError;
}

/**
 * Asks an agent, unless it was asked before and is to answer, and gives what it has answered or that it will. An answer that
 * is refused is forgotten, so that the agent can be asked again under the same key.
 */
export async function askOrAwait(
  { late, calledBack, tooLate }: LateCall,
  ask: Ask,
): Promise<AgentReply | LaterAnswer> {
  const known = await late.find();
  if (known?.kind === 'answered') return readAnswer(late, known, ask);
  if (known?.accepted === true) return { kind: 'later', until: known.expiresAt };
  if (calledBack) {
    await late.close();
    throw tooLate();
  }
  const reply = await ask();
  if (reply.pause?.kind !== 'callback') return reply;
  await late.accept();
  const told = await late.find();
  if (told === null) throw tooLate();
  return told.kind === 'answered' ? readAnswer(late, told, ask) : { kind: 'later', until: told.expiresAt };
}

async function readAnswer(
  late: LateAnswer,
  { mediaType, body }: AwaitedCallback & { readonly kind: 'answered' },
  ask: Ask,
): Promise<AgentReply> {
  try {
    return await ask({ state: null, answer: { mediaType, body } });
  } catch (error) {
    await late.close();
    throw error;
  }
}
