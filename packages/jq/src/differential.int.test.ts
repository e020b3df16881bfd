import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadJq } from 'jq-wasm';
import type { Jq } from 'jq-wasm';
import { compile, JqError } from './index.ts';
import { inputs, programs } from './generate-programs.ts';
import type { Json } from './index.ts';
import { sortKeys } from './results-of.ts';
import { parseJson } from './values/parse-json.ts';

/** What a program did: its outputs, and whether an error ended them. */
interface Outcome {
  readonly outputs: readonly Json[];
  readonly failed: boolean;
}

describe('the engine beside jq', () => {
  let jq: Jq;

  beforeAll(async () => {
    jq = await loadJq();
  });

  function outcomeOfJq(program: string, input: Json): Outcome {
    const { stdout, exitCode } = jq.raw(JSON.stringify(input), program, ['-c', '--arg', 'x', 'v']);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { outputs: lines.map((line) => sortKeys(parseJson(line))), failed: exitCode !== 0 };
  }

  function outcomeOfOurs(program: string, input: Json): Outcome {
    const outputs: Json[] = [];
    try {
      for (const output of compile(program, { variables: ['x'] }).evaluate(input, { x: 'v' }))
        outputs.push(sortKeys(output));
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      return { outputs: outputs, failed: true };
    }
    return { outputs: outputs, failed: false };
  }

  it('gives the same outputs for generated programs and inputs', () => {
    fc.assert(
      fc.property(programs, inputs, (program, input) => {
        expect(outcomeOfOurs(program, input)).toEqual(outcomeOfJq(program, input));
      }),
      { numRuns: 400, seed: 20_240_501 },
    );
  });
});
