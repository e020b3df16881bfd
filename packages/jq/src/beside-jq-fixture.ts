import { loadJq } from 'jq-wasm';
import { compile, JqError, type Json } from './index.ts';
import { sortKeys } from './results-of.ts';
import { parseJson } from './values/parse-json.ts';

/** What a program did: its outputs, keys in one order, and whether an error ended them. */
export interface Outcome {
  readonly outputs: readonly Json[];
  readonly failed: boolean;
}

/** Runs a program with `$x` set to "v". */
export type Run = (program: string, input: Json) => Outcome;

/** jq itself, and this engine, behind the same face. */
export async function besideJq(): Promise<{ readonly jq: Run; readonly ours: Run }> {
  const jq = await loadJq();
  return {
    jq(program, input) {
      const { stdout, exitCode } = jq.raw(JSON.stringify(input), program, ['-c', '--arg', 'x', 'v']);
      const lines = stdout.split('\n').filter((line) => line !== '');
      return { outputs: lines.map((line) => sortKeys(parseJson(line))), failed: exitCode !== 0 };
    },
    ours(program, input) {
      const outputs: Json[] = [];
      try {
        for (const output of compile(program, { variables: ['x'] }).evaluate(input, { x: 'v' }))
          outputs.push(sortKeys(output));
      } catch (error) {
        if (!(error instanceof JqError)) throw error;
        return { outputs, failed: true };
      }
      return { outputs, failed: false };
    },
  };
}
