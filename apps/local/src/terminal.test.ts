import { beforeEach, describe, expect, it } from '@jest/globals';
import { createTerminal, type Terminal } from './terminal.ts';

let written = '';
let terminal: Terminal;

beforeEach(() => {
  written = '';
  terminal = createTerminal({ write: (text) => Boolean((written += String(text))) }, false);
});

const fail = (): Promise<never> => Promise.reject(new Error('No.'));

describe('createTerminal()', () => {
  it('says how long a phase took', async () => {
    expect(await terminal.phase('Working', () => Promise.resolve(1))).toBe(1);
    expect(written).toMatch(/^ {2}Working: \d+\.\d s\n$/);
  });

  it('calls a rejection a failure', async () => {
    await expect(terminal.phase('Working', fail, new AbortController().signal)).rejects.toThrow('No.');
    expect(written).toMatch(/^ {2}Working: failed after/);
  });

  it('calls a rejection a stop when it was asked to stop', async () => {
    await expect(terminal.phase('Working', fail, AbortSignal.abort())).rejects.toThrow('No.');
    expect(written).toMatch(/^ {2}Working: stopped after/);
  });
});
