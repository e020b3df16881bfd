import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { besideJq, type Run } from './beside-jq-fixture.ts';
import { inputs, programs } from './generate-programs.ts';

describe('the engine beside jq', () => {
  let jq: Run;
  let ours: Run;

  beforeAll(async () => {
    ({ jq, ours } = await besideJq());
  });

  it('gives the same outputs for generated programs and inputs', () => {
    fc.assert(
      fc.property(programs, inputs, (program, input) => {
        expect(ours(program, input)).toEqual(jq(program, input));
      }),
      { numRuns: 400, seed: 20_240_501 },
    );
  });
});
