import { describe, expect, it } from '@jest/globals';
import { problemsOf } from './definition.fixture.ts';

const set = { set: { x: 1 } };

describe('variables', () => {
  it('are those of the place', () => {
    expect(
      problemsOf({ ...set, if: '$input', output: { as: '$output' }, export: { as: '$output' } }),
    ).toEqual([
      '/if $input does not exist at this place; variables here: $context, $task, $workflow, $runtime.',
      '/output/as $output does not exist at this place; variables here: $context, $input, $task, $workflow, $runtime.',
    ]);
    expect(problemsOf(set, { input: { from: '$context' }, output: { as: '$input' } })).toEqual([
      '/input/from $context does not exist at this place; variables here: $workflow, $runtime.',
      '/output/as $input does not exist at this place; variables here: $context, $workflow, $runtime.',
    ]);
    expect(problemsOf(set, { timeout: { after: '${ $task.x }' } })[0]).toMatch(
      /^\/timeout\/after \$task does not exist/,
    );
  });

  it('are suggested for those that nobody knows', () => {
    expect(problemsOf({ set: { a: '${ $inputs.a }' } })).toEqual([
      '/set/a $inputs is not defined at line 1, column 2 of the expression; did you mean "$input"?',
    ]);
    expect(problemsOf({ set: { a: '${ . as $x | $x }' } })).toEqual([]);
  });

  it('do not include secrets and authorization yet', () => {
    expect(problemsOf({ set: { a: '${ $secrets.a }', b: '${ $authorization.scheme }' } })).toEqual([
      '/set/a $secrets is not available in this version of Baton; variables here: $context, $input, $task, $workflow, $runtime.',
      '/set/b $authorization is not available in this version of Baton; variables here: $context, $input, $task, $workflow, $runtime.',
    ]);
  });

  it('include those of every loop and catch around', () => {
    const inner = { try: [{ a: set }], catch: { as: 'err', do: [{ b: { set: '${ [$row, $n, $err] }' } }] } };
    const loop = { for: { each: 'row', at: 'n', in: '.rows' }, do: [{ i: inner }] };
    expect(problemsOf(loop)).toEqual([]);
  });
});

describe('expressions', () => {
  it('may use the clock, and nothing from outside', () => {
    expect(problemsOf({ ...set, if: 'now > 5' })).toEqual([]);
    expect(problemsOf({ ...set, if: 'env.HOME' })[0]).toMatch(
      /^\/if Not valid jq at line 1, column 1 .*"env" is not available/,
    );
    expect(problemsOf({ ...set, if: '$ENV.HOME' })[0]).toMatch(/"\$ENV" is not available/);
  });

  it('are refused when empty, too long or no text', () => {
    expect(problemsOf({ ...set, if: ' ' })).toEqual([
      '/if The expression is empty: write "." for the whole value.',
    ]);
    expect(problemsOf({ ...set, if: true })).toEqual([
      '/if "if" must be a jq expression in quotes, not true.',
    ]);
    expect(problemsOf({ ...set, if: `.${'a'.repeat(20_000)}` })[0]).toMatch(
      /^\/if The expression cannot be compiled: /,
    );
  });
});
