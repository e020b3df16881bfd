import { failure } from '../failure.ts';
import { offerEvent } from './inbox.ts';
import { behaviorOf, guard } from './lifecycle.ts';
import type { Frame, HeldEvent } from './state.ts';
import type { Progress } from './behavior.ts';
import { fault, forgetTimer, itemAt, putFrame, type Turn } from './turn.ts';

/** Hands an event to whoever waits for it. I3: an answer that nobody waits for changes nothing. */
export function dispatch(turn: Turn, event: HeldEvent | Progress): void {
  if (event.kind === 'signal') return offerEvent(turn, event.event);
  if (event.kind === 'fired') return timerFired(turn, event.command);
  const frame = Object.values(turn.draft.frames).find((candidate) => calls(candidate, event.command));
  if (frame === undefined) return;
  const behavior = behaviorOf(turn, frame);
  guard(turn, frame, () => {
    if (event.kind === 'completed') behavior.completed?.(turn, frame, event.result);
    else if (event.kind === 'failed') behavior.failed?.(turn, frame, event.failure);
    else behavior.progress?.(turn, frame, event);
  });
}

function calls({ body }: Frame, command: number): boolean {
  return body.kind === 'call' && body.phase === 'calling' && body.command.id === command;
}

function timerFired(turn: Turn, timer: number): void {
  const frame = Object.values(turn.draft.frames).find((candidate) => timesWith(candidate, timer));
  if (frame === undefined) return;
  forgetTimer(turn, timer);
  if (frame.deadline === timer) return timedOut(turn, frame);
  guard(turn, frame, () => behaviorOf(turn, frame).fired?.(turn, frame, timer));
}

function timesWith({ body, deadline }: Frame, timer: number): boolean {
  if (deadline === timer) return true;
  if (body.kind === 'wait' || body.kind === 'call') return body.timer === timer;
  return body.kind === 'try' && (body.timer === timer || body.roundTimer === timer);
}

function timedOut(turn: Turn, { deadline: _fired, ...frame }: Frame): void {
  const { name } = itemAt(turn, frame.pointer);
  const detail = `Task "${name}" took longer than its time-out.`;
  fault(turn, putFrame(turn, frame), failure('timeout', detail));
}
