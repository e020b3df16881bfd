import { describe, expect, it } from '@jest/globals';
import { judgeVersion } from './cli-version.ts';

describe('judgeVersion()', () => {
  it('accepts an official binary that is new enough', () => {
    expect(judgeVersion('temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)')).toEqual({
      kind: 'good',
      version: '1.5.1',
    });
  });

  it('judges a binary built from source by the server in it', () => {
    expect(judgeVersion('temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)').kind).toBe('good');
    expect(judgeVersion('temporal version 0.0.0-DEV (Server 1.28.0, UI 2.40.0)')).toEqual({
      kind: 'bad',
      reason: 'the server in it is 1.28 and 1.29 is needed',
    });
  });

  it('refuses an older one and names both versions', () => {
    expect(judgeVersion('temporal version 1.4.2 (Server 1.28.0, UI 2.40.0)')).toEqual({
      kind: 'bad',
      reason: 'it is version 1.4.2 and 1.5 is needed',
    });
  });

  it('refuses a program that is something else', () => {
    expect(judgeVersion('usage: temporal [file]').kind).toBe('bad');
  });
});
