import { PassThrough } from 'node:stream';
import { BatonError } from '@baton/sdk';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { decideTask, parseAnswer, type Ask, type DecideParams } from './demo-decision.ts';
import { decision, openTask } from './demo-fixture.ts';
import { createPrompt } from './demo-prompt.ts';

const NEVER = new AbortController().signal;

let shown: string[];
let choices: object[];
let questions: string[];

beforeEach(() => {
  shown = [];
  choices = [];
  questions = [];
});

function asking(...answers: readonly (string | null)[]): Ask {
  const rest = [...answers];
  return (question) => {
    questions.push(question.trim());
    return Promise.resolve(rest.shift() ?? null);
  };
}

function decide(ask: Ask | null, refusal: BatonError | null = null, stop = NEVER): Promise<void> {
  const humanTasks: DecideParams['client']['humanTasks'] = {
    get: () => Promise.resolve(openTask),
    decide: (task, choice) => {
      choices.push({ ...choice, etag: task.etag });
      return refusal === null ? Promise.resolve(decision) : Promise.reject(refusal);
    },
  };
  const terminal = {
    line: (text: string) => void shown.push(text),
    phase: <T>(_: string, work: () => T) => work(),
  };
  return decideTask({
    client: { humanTasks },
    taskId: 't1',
    ask,
    terminal,
    apiUrl: 'http://127.0.0.1:8080',
    signal: stop,
    stop,
  });
}

function refusal(status: number): BatonError {
  const problem = {
    type: 'about:blank',
    title: 'No',
    status,
    detail: 'Decided already.',
    instance: '/',
    requestId: 'r',
  };
  return new BatonError({ problem, requestId: 'r', retryAfterSeconds: null });
}

describe('parseAnswer()', () => {
  it('reads y and n, with and without a comment', () => {
    expect(parseAnswer(' Y ')).toEqual({ kind: 'decision', approve: true, comment: '' });
    expect(parseAnswer('no, too long')).toEqual({ kind: 'decision', approve: false, comment: 'too long' });
  });

  it('takes everything else for a comment', () => {
    expect(parseAnswer('nice work')).toEqual({ kind: 'comment', comment: 'nice work' });
    expect(parseAnswer('')).toEqual({ kind: 'comment', comment: '' });
  });
});

describe('decideTask()', () => {
  it('shows the task and decides as it was read', async () => {
    await decide(asking('y'));
    expect(shown.join('\n')).toContain('Publish "A"?');
    expect(shown.join('\n')).toContain('Three words.');
    expect(choices).toEqual([{ action: 'yes', etag: '"1"' }]);
  });

  it('asks again after a comment and sends it along', async () => {
    await decide(asking('', 'not yet', 'n, later'));
    expect(questions).toEqual([
      'Approve? [y/n/comment]',
      'Approve? [y/n/comment]',
      'Approve, with this comment? [y/n]',
    ]);
    expect(choices).toEqual([{ action: 'no', comment: 'not yet\nlater', etag: '"1"' }]);
  });

  it('approves without asking', async () => {
    await decide(null);
    expect(choices).toEqual([{ action: 'yes', etag: '"1"' }]);
  });

  it('does not decide when nobody answers', async () => {
    await expect(decide(asking(null))).rejects.toThrow('the human task t1 is still open');
    expect(choices).toEqual([]);
  });

  it('says how to decide later when the demo is stopped at its question', async () => {
    const stopping = new AbortController();
    const ask: Ask = (_question, signal) => {
      stopping.abort(new Error('Stopped.'));
      return createPrompt(new PassThrough(), new PassThrough())('', signal);
    };
    await expect(decide(ask, null, stopping.signal)).rejects.toThrow('Stopped.');
    const text = shown.join('\n');
    expect(text).toContain('run r1 stays waiting');
    expect(text).toContain('http://127.0.0.1:8080/v1/human-tasks/t1/decisions');
    expect(text).toContain(`-H 'If-Match: "1"' -H 'Idempotency-Key: t1' -d '{"action":"yes"}'`);
    expect(choices).toEqual([]);
  });

  it('goes on when somebody else was faster, and fails otherwise', async () => {
    await decide(asking('y'), refusal(409));
    expect(shown.at(-1)).toBe('  Not counted: Decided already.');
    await expect(decide(asking('y'), refusal(403))).rejects.toMatchObject({ status: 403 });
  });
});

describe('createPrompt()', () => {
  it('answers with the line, and with null at the end of the input', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const answer = createPrompt(input, output)('Approve? ', new AbortController().signal);
    input.write('yes\n');
    expect(await answer).toBe('yes');
    expect(String(output.read())).toBe('Approve? ');
    const last = createPrompt(input, output)('Approve? ', new AbortController().signal);
    input.end();
    expect(await last).toBeNull();
  });

  it('takes the question back when its signal aborts', async () => {
    const gone = new AbortController();
    const answer = createPrompt(new PassThrough(), new PassThrough())('Approve? ', gone.signal);
    gone.abort(new Error('Decided.'));
    await expect(answer).rejects.toThrow('Decided.');
  });
});
