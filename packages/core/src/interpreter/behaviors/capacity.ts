import type { Body, Frame } from '../state.ts';
import { bodyOf, putBody, report, stepOf, type Turn } from '../turn.ts';

/*
 * An agent may be called so many times at once; a call beyond that waits, which is no attempt. That it waits is told once,
 * and kept with the command: who goes on in another execution asks for a place again before anything else.
 */

type Call = Extract<Body, { kind: 'call' }>;

/** Tells readers that a call waits until the agent can be called. */
export function noteQueued(turn: Turn, frame: Frame): void {
  const { command, ...body } = bodyOf(frame, 'call');
  if (command.kind !== 'invoke-agent' || command.queued === true) return;
  report(turn, { type: 'step.waiting', step: stepOf(turn, frame), waitKind: 'capacity' });
  putBody(turn, frame, { ...body, command: { ...command, queued: true }, announced: true });
}

/** Tells readers that the call is made now. */
export function noteAdmitted(turn: Turn, frame: Frame): void {
  const body = bodyOf(frame, 'call');
  const admitted = unqueued(body);
  if (admitted === body) return;
  report(turn, { type: 'step.resumed', step: stepOf(turn, frame) });
  putBody(turn, frame, admitted);
}

/** A call that waits for no place, or not any more. */
export function unqueued(body: Call): Call {
  const { command: waited, announced: _told, ...others } = body;
  if (waited.kind !== 'invoke-agent' || waited.queued !== true) return body;
  const { queued: _waited, ...command } = waited;
  return { ...others, command };
}
