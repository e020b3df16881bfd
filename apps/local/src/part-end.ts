import type { SupervisedProcess } from '@baton/stand';
import { printable } from './demo-event-line.ts';

const MAX_LINES = 10;
const MAX_LINE_LENGTH = 300;

/** The last lines of a part's log, each cut to 300 characters; by default at most 10. */
export async function lastLines(
  part: Pick<SupervisedProcess, 'logTail'>,
  lines = MAX_LINES,
): Promise<string> {
  const tail = printable(await part.logTail(lines)).split('\n');
  return tail
    .map((line) => (line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH - 1)}…` : line))
    .join('\n');
}

/**
 * What a person reads when a part has died: how it ended, where its whole log is, its last lines, and that nothing is
 * lost. Waits for the end of the part.
 */
export async function reportEnd(
  part: Pick<SupervisedProcess, 'name' | 'ended' | 'logFile' | 'logTail'>,
): Promise<string> {
  const { code, signal } = await part.ended;
  const how = signal === null ? `ended with exit code ${String(code)}` : `was killed (${signal})`;
  const lines = await lastLines(part);
  return [
    `${part.name} ${how}. Its whole log: ${part.logFile}`,
    ...(lines === '' ? [] : ['The last lines there:', lines.replace(/^/gm, '  ')]),
    'npm start brings everything up again and goes on with the runs that are open.',
  ].join('\n');
}
