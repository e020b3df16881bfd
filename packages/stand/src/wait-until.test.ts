import { describe, expect, it } from '@jest/globals';
import { waitUntil } from './wait-until.ts';

describe('waitUntil()', () => {
  it('looks until nothing is missing; a look that fails is one that misses something', async () => {
    const looks = [
      () => Promise.resolve('it starts'),
      () => Promise.reject(new Error('refused')),
      () => Promise.resolve(null),
    ];
    await waitUntil({ what: 'it', look: () => looks.shift()?.() ?? Promise.resolve('too far'), everyMs: 1 });
    expect(looks).toEqual([]);
  });

  it('says what was missing when the time is over', async () => {
    const late = { what: 'The server', timeoutMs: -1, everyMs: 1 };
    await expect(waitUntil({ ...late, look: () => Promise.resolve('no port') })).rejects.toThrow(
      'The server did not come in time: no port.',
    );
    await expect(waitUntil({ ...late, look: () => Promise.reject('gone') })).rejects.toThrow('gone');
  });

  it('ends at once when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    const look = (): Promise<string | null> => Promise.resolve('not yet');
    await expect(waitUntil({ what: 'it', look, signal })).rejects.toThrow('stopped');
  });
});
