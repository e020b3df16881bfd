import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inputs, programs } from './generate-programs.ts';
import { compile, JqError, JqLimitError, JqSyntaxError, type Json } from './index.ts';
import { listBuiltins } from './builtins/listing.ts';

/** More by hand: `JQ_FUZZ_RUNS=100000`. */
const numRuns = Number(process.env['JQ_FUZZ_RUNS'] ?? 3_000);

const words = [
  ...'. .. .a .[] .[0] .["b"] | , ; : :: ( ) [ ] { } $x $__loc__ ?// // //= |= += -= *= /= %= = == != < <= > >= ? and or not'.split(
    ' ',
  ),
  ...'if then elif else end try catch reduce foreach as def label break $out import include __proto__ constructor'.split(
    ' ',
  ),
  ...'"a" "\\(1)" "\\u0000" "\\ud800" @json @base64d @sh 0 1 -1 1e1000 0x1 .5 1e9 nan null true'.split(' '),
];
const calls = listBuiltins().map((signature) => {
  const [name = '', arity = '0'] = signature.split('/');
  const count = Number(arity);
  return count === 0 ? name : `${name}(${Array.from({ length: count }, () => '.').join('; ')})`;
});
const soup = fc
  .array(fc.constantFrom(...words, ...calls), { minLength: 1, maxLength: 12 })
  .map((tokens) => tokens.join(' '));
/** A program with a piece cut out, doubled or replaced. */
const broken = fc
  .tuple(programs, fc.nat(60), fc.nat(12), fc.constantFrom('', ...words))
  .map(([program, at, length, piece]) => program.slice(0, at) + piece + program.slice(at + length));

function outcomeOf(program: string, input: Json): string {
  try {
    const limits = { steps: 20_000, outputs: 1_000, depth: 2_000 };
    for (const output of compile(program, { variables: ['x'], limits, clock: () => 0 }).evaluate(input))
      JSON.stringify(output);
    return 'results';
  } catch (error) {
    if (error instanceof JqSyntaxError) return 'syntax';
    if (error instanceof JqError) return 'error';
    if (error instanceof JqLimitError) return 'limit';
    throw new Error(`${program} crashed`, { cause: error });
  }
}

describe('any text as a program', () => {
  it('gives results, or fails in one of the three ways', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.oneof(soup, broken, programs, fc.string({ unit: 'binary' })),
        inputs,
        (program, input) => {
          const outcome = outcomeOf(program, input);
          seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        },
      ),
      { numRuns },
    );
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['error', 'results', 'syntax']));
    expect(Reflect.ownKeys(Object.prototype)).not.toContain('polluted');
  });
});
