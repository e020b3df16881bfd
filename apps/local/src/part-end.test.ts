import { describe, expect, it } from '@jest/globals';
import { lastLines, reportEnd } from './part-end.ts';

type End = Awaited<Parameters<typeof reportEnd>[0]['ended']>;

function partWith(end: Partial<End>, log: readonly string[] = []): Parameters<typeof reportEnd>[0] {
  return {
    name: 'The worker',
    logFile: '/state/logs/worker.log',
    ended: Promise.resolve({ code: null, signal: null, wanted: false, ...end }),
    logTail: (lines = 20) => Promise.resolve(log.slice(-lines).join('\n')),
  };
}

describe('reportEnd()', () => {
  it('names the signal, the log and how to go on', async () => {
    expect((await reportEnd(partWith({ signal: 'SIGKILL' }))).split('\n')).toEqual([
      'The worker was killed (SIGKILL). Its whole log: /state/logs/worker.log',
      'npm start brings everything up again and goes on with the runs that are open.',
    ]);
  });

  it('names the exit code', async () => {
    expect(await reportEnd(partWith({ code: 1 }))).toContain('The worker ended with exit code 1.');
  });

  it('shows at most ten lines, each cut to 300 characters', async () => {
    const log = Array.from({ length: 30 }, (_, index) => `line ${index} ${'x'.repeat(1_000)}`);
    const lines = (await reportEnd(partWith({ code: 1 }, log))).split('\n').slice(2, -1);
    expect(lines).toHaveLength(10);
    expect(lines.map((line) => line.trimStart().length)).toEqual(lines.map(() => 300));
    expect(lines.at(-1)).toMatch(/^ {2}line 29 x+…$/);
  });
});

describe('lastLines()', () => {
  it('takes away what could move the cursor of the terminal', async () => {
    expect(await lastLines(partWith({}, ['\u001b[2J gone', 'a\tb']))).toBe('[2J gone\na\tb');
  });
});
