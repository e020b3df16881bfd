import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.ts';

describe('readOptions()', () => {
  it('measures everything for people when nothing is said', () => {
    expect(readOptions([])).toEqual({
      short: false,
      json: false,
      suites: ['expressions', 'agents', 'runs', 'read-model'],
      workloads: null,
      profiles: null,
    });
  });

  it('takes suites and single workloads of runs', () => {
    expect(readOptions(['--only', 'expressions,read-model']).suites).toEqual(['expressions', 'read-model']);
    const some = readOptions(['--short', '--json', '--only', 'W2,W5']);
    expect(some).toEqual({
      short: true,
      json: true,
      suites: ['runs'],
      workloads: ['W2', 'W5'],
      profiles: null,
    });
  });

  it('finds the folder of profiles from where it is started', () => {
    expect(readOptions(['--profiles', 'made']).profiles).toBe(resolve('made'));
  });

  it('names what it does not know, and what it knows', () => {
    expect(() => readOptions(['--only', 'runs,W9'])).toThrow(
      '--only knows no "W9"; it takes expressions, agents, runs, read-model, W1, W2, W3, W4, W5, separated by commas.',
    );
  });
});
