import { describe, expect, it } from '@jest/globals';
import { procStat, residentKib } from './proc.ts';

describe('procStat()', () => {
  it('adds up the times of a process and of its children that have ended', () => {
    const text = '42 (a (strange) name) S 7 42 42 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 12 0 999 1 2\n';
    expect(procStat(text)).toEqual({ pid: 42, parentPid: 7, cpuMs: 1_100 });
  });

  it('knows nothing of a process that has ended', () => {
    expect(procStat('')).toBeNull();
  });
});

describe('residentKib()', () => {
  it('tells its own memory from what others may hold too', () => {
    const text =
      'Name:\tpostgres\nVmRSS:\t  600 kB\nRssAnon:\t  100 kB\nRssFile:\t  200 kB\nRssShmem:\t  300 kB\n';
    expect(residentKib(text)).toEqual({ ownKib: 100, togetherKib: 500 });
  });

  it('is nothing for a process that has ended', () => {
    expect(residentKib('')).toEqual({ ownKib: 0, togetherKib: 0 });
  });
});
