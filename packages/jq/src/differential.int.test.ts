import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadJq } from 'jq-wasm';
import type { Jq } from 'jq-wasm';
import { compile, JqError } from './index.ts';
import { inputs, programs } from './generate-programs.ts';
import type { Json } from './index.ts';

/** What a program did: its outputs, and whether an error ended them. */
interface Outcome {
  readonly outputs: readonly Json[];
  readonly failed: boolean;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

describe('the engine beside jq', () => {
  let jq: Jq;

  beforeAll(async () => {
    jq = await loadJq();
  });

  function outcomeOfJq(program: string, input: Json): Outcome {
    const { stdout, exitCode } = jq.raw(JSON.stringify(input), program, ['-c', '--arg', 'x', 'v']);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { outputs: lines.map((line) => sorted(JSON.parse(line))), failed: exitCode !== 0 };
  }

  function outcomeOfOurs(program: string, input: Json): Outcome {
    const outputs: Json[] = [];
    try {
      for (const output of compile(program, { variables: ['x'] }).evaluate(input, { x: 'v' }))
        outputs.push(sorted(output));
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      return { outputs: JSON.parse(JSON.stringify(outputs)), failed: true };
    }
    return { outputs: JSON.parse(JSON.stringify(outputs)), failed: false };
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
