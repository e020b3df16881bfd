import { BatonError, type Client, type ReadHumanTask } from '@baton/sdk';
import { printable } from './demo-event-line.ts';
import type { Terminal } from './terminal.ts';

/** Asks a question and answers with the line typed; null when there will be none. Rejects when `signal` aborts. */
export type Ask = (question: string, signal: AbortSignal) => Promise<string | null>;

/** What {@link decideTask} needs. */
export interface DecideParams {
  /** Of somebody who may decide. */
  readonly client: { readonly humanTasks: Pick<Client['humanTasks'], 'get' | 'decide'> };
  readonly taskId: string;
  /** null: approve without asking. */
  readonly ask: Ask | null;
  readonly terminal: Terminal;
  /** Takes the question back, as when somebody else has decided. */
  readonly signal: AbortSignal;
  /** Of the API, without a slash at the end. */
  readonly apiUrl: string;
  /** The whole demo is stopped: the task stays open, and a person is told how to decide it later. */
  readonly stop: AbortSignal;
}

/** What a person typed: a decision, or a comment to go with the one that follows. */
export type Typed =
  | { readonly kind: 'decision'; readonly approve: boolean; readonly comment: string }
  | { readonly kind: 'comment'; readonly comment: string };

const ANSWER = /^(y|yes|n|no)\b[\s,:.]*(.*)$/is;

/** Reads an answer: `y` or `n`, with a comment behind it or not; anything else is a comment. */
export function parseAnswer(line: string): Typed {
  const text = line.trim();
  const match = ANSWER.exec(text);
  const word = match?.[1];
  if (word === undefined) return { kind: 'comment', comment: text };
  return { kind: 'decision', approve: word.toLowerCase().startsWith('y'), comment: match?.[2] ?? '' };
}

/**
 * Shows a human task, asks, and decides exactly what was shown. Does nothing more when somebody else has decided meanwhile.
 * Throws a sentence when nobody answers.
 */
export async function decideTask(params: DecideParams): Promise<void> {
  const { client, taskId, terminal, signal } = params;
  const task = await client.humanTasks.get(taskId, { signal });
  show(task, terminal);
  const { approve, comment } = await answerFor(params).catch((error: unknown) => {
    if (params.stop.aborted) showHowToDecideLater(task, params);
    throw error;
  });
  const action = actionFor(task, approve);
  try {
    await client.humanTasks.decide(task, { action, ...(comment === '' ? {} : { comment }) }, { signal });
  } catch (error) {
    if (!(error instanceof BatonError) || (error.status !== 409 && error.status !== 412)) throw error;
    terminal.line(`  Not counted: ${error.problem.detail}`);
  }
}

function show({ title, body }: ReadHumanTask, terminal: Terminal): void {
  terminal.line(`\n  ${printable(title)}\n`);
  for (const line of printable(body ?? '')
    .trimEnd()
    .split('\n'))
    terminal.line(`    ${line}`.trimEnd());
  terminal.line('');
}

function showHowToDecideLater(task: ReadHumanTask, { terminal, apiUrl }: DecideParams): void {
  const body = JSON.stringify({ action: actionFor(task, true) });
  terminal.line(`\n  Nobody decided: run ${task.runId} stays waiting, also while Baton is stopped.`);
  terminal.line(
    '  To decide it later, have Baton and the example agents up (npm start -- --demo) and send:\n',
  );
  terminal.line(`    curl ${apiUrl}/v1/human-tasks/${task.id}/decisions \\`);
  terminal.line("      -H 'Authorization: Bearer dev:editor:editor' -H 'Content-Type: application/json' \\");
  terminal.line(`      -H 'If-Match: ${task.etag}' -H 'Idempotency-Key: ${task.id}' -d '${body}'\n`);
}

async function answerFor(params: DecideParams): Promise<{ approve: boolean; comment: string }> {
  const { ask, taskId, terminal, signal } = params;
  if (ask === null) {
    terminal.line('  Approved, as --yes says.\n');
    return { approve: true, comment: '' };
  }
  let comment = '';
  for (;;) {
    const line = await ask(
      comment === '' ? '  Approve? [y/n/comment] ' : '  Approve, with this comment? [y/n] ',
      signal,
    );
    if (line === null) throw new Error(`Nobody decided: the human task ${taskId} is still open.`);
    const typed = parseAnswer(line);
    comment = [comment, typed.comment].filter((text) => text !== '').join('\n');
    if (typed.kind === 'decision') return { approve: typed.approve, comment };
  }
}

function actionFor(task: ReadHumanTask, approve: boolean): string {
  const outcome = approve ? 'approve' : 'reject';
  const action = task.actions.find((one) => one.outcome === outcome);
  if (action === undefined) throw new Error(`The human task "${task.title}" has no action to ${outcome}.`);
  return action.id;
}
