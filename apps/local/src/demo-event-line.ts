import type { RunStreamEvent } from '@baton/sdk';

/** Turns the events of one run into lines for a person, in the order they come. */
export function createEventLines(): (event: RunStreamEvent) => string {
  const startedAt = new Map<string, number>();
  return (event) => {
    const step = stepOf(event);
    if (event.type === 'step.started') startedAt.set(step.key, timeOf(event));
    const began = startedAt.get(step.key);
    const ended = event.type === 'step.completed' || event.type === 'step.faulted';
    const took = ended && began !== undefined ? `(${Math.max(0, timeOf(event) - began)} ms)` : '';
    const parts = [
      String(event.position ?? '·').padStart(4),
      event.type.padEnd(18),
      step.label,
      took,
      detailOf(event),
    ];
    return printable(parts.filter((part) => part !== '').join('  ')).trimEnd();
  };
}

/** Text from outside without the control characters that could move a terminal's cursor. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
    character === '\n' || character === '\t' ? character : '',
  );
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function timeOf(event: RunStreamEvent): number {
  return Date.parse(textOf(event['at']));
}

function stepOf(event: RunStreamEvent): { readonly key: string; readonly label: string } {
  const step = fieldsOf(event['step']);
  const name = textOf(step['name']);
  const iteration = typeof step['iteration'] === 'number' ? `[${step['iteration']}]` : '';
  const attempt =
    typeof step['attempt'] === 'number' && step['attempt'] > 1 ? ` attempt ${step['attempt']}` : '';
  const key = typeof step['id'] === 'number' ? `#${step['id']}` : `${name}${iteration}`;
  return { key, label: `${name}${iteration}${attempt}` };
}

/** What an event says beside its step, in a few words. */
function detailOf(event: RunStreamEvent): string {
  const error = fieldsOf(event['error']);
  switch (event.type) {
    case 'step.faulted':
    case 'step.retrying':
    case 'run.faulted':
      return oneLine(textOf(error['detail']) || textOf(error['title']) || textOf(error['type']));
    case 'step.waiting':
      return `for ${textOf(event['waitKind'])}`;
    case 'human_task.decided':
      return textOf(event['outcome']);
    case 'agent.usage':
      return `${textOf(event['agent'])} ${textOf(event['version'])}`;
    case 'agent.chunk':
    case 'agent.thinking':
    case 'agent.message':
      return oneLine(textOf(event['text']));
    case 'run.canceled':
      return oneLine(textOf(event['reason']));
    default:
      return '';
  }
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
