import type { InterpreterEvent, OpenCommand } from '@baton/core';
import type { Motion } from './succession.ts';

/** What is under way from the moment at which a command goes out. */
export function motionOf(command: OpenCommand): Motion {
  return command.kind === 'invoke-agent' && command.queued === true ? 'resting' : MOTIONS[command.kind];
}

const MOTIONS: Readonly<Record<OpenCommand['kind'], Motion>> = {
  'start-timer': 'resting',
  'invoke-agent': 'calling',
  'call-http': 'calling',
  // The task that is there already is found again.
  'open-human-task': 'calling',
  // A start that Temporal has not confirmed would end with the execution.
  'start-run': 'bound',
};

/** What is under way from the news of a command on; undefined when they change nothing. */
export function motionAfter({ kind }: InterpreterEvent): Motion | undefined {
  return NEWS[kind];
}

const NEWS: Readonly<Partial<Record<InterpreterEvent['kind'], Motion>>> = {
  'human-task-opened': 'resting',
  'child-started': 'resting',
  // Its place is kept for the next execution.
  'call-queued': 'resting',
  // Who asks the agent again finds that it was asked.
  'answer-awaited': 'resting',
  'call-admitted': 'calling',
};
