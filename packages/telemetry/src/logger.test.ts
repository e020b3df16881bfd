import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.ts';

function lines() {
  const written: string[] = [];
  return { written, destination: { write: (line: string) => void written.push(line) } };
}

describe('createLogger()', () => {
  it('writes an event with its fields', () => {
    const { written, destination } = lines();
    createLogger({ service: 'api', destination })
      .child({ requestId: 'r1' })
      .info('run.accepted', { runId: '1' });
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      level: 'info',
      service: 'api',
      event: 'run.accepted',
      requestId: 'r1',
      runId: '1',
    });
  });

  it('writes every level, with fields or without', () => {
    const { written, destination } = lines();
    const logger = createLogger({ service: 'api', level: 'debug', destination });
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(written.map((line) => /"level":"(\w+)".*"event":"(\w)"/.exec(line)?.slice(1))).toEqual([
      ['debug', 'a'],
      ['info', 'b'],
      ['warn', 'c'],
      ['error', 'd'],
    ]);
  });

  it('never writes a secret', () => {
    const { written, destination } = lines();
    createLogger({ service: 'api', destination }).warn('call.failed', {
      token: 'hunter2',
      headers: { authorization: 'hunter2', accept: 'x' },
      deep: { inner: { password: 'hunter2' } },
    });
    expect(written.join('')).not.toContain('hunter2');
    expect(written.join('')).toContain('***');
  });

  it('writes errors with their causes, and nothing below its level', () => {
    const { written, destination } = lines();
    const logger = createLogger({ service: 'api', level: 'warn', destination });
    logger.info('quiet');
    logger.error('broken', { error: new Error('outer', { cause: new Error('inner') }) });
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      error: { message: 'outer', cause: { message: 'inner' } },
    });
  });
});
