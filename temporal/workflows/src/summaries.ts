import { excerpt, type OpenCommand, type StepRef } from '@baton/core';

/** Longest summary that Temporal UI shows on one line, in bytes; ours stay far below. */
const LONGEST = 200;

/** The line that Temporal UI shows beside an activity or a timer. */
export function summaryOf(command: OpenCommand): string {
  const what = nameOf(command.step);
  switch (command.kind) {
    case 'invoke-agent':
      return short(`${what}: agent ${command.agent}${attempt(command.step)}`);
    case 'call-http':
      return short(`${what}: ${command.request.method} ${withoutQuery(command.request.uri)}`);
    case 'open-human-task':
      return short(`${what}: human task`);
    case 'start-run':
      return short(`${what}: run ${command.workflow.namespace}/${command.workflow.name}`);
    case 'start-timer':
      return short(`${what}: ${TIMERS[command.purpose]}`);
    default:
      return command satisfies never;
  }
}

const TIMERS = Object.freeze({ wait: 'wait', timeout: 'time-out', retry: 'wait before the next attempt' });

function nameOf(step: StepRef): string {
  return step.iteration === undefined ? step.name : `${step.name}[${step.iteration}]`;
}

function attempt(step: StepRef): string {
  return step.attempt === 1 ? '' : `, attempt ${step.attempt}`;
}

/** A query may hold what nobody should read in a list. */
function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/, '');
}

function short(text: string): string {
  return excerpt(text, LONGEST - 1);
}
