import { describe, expect, it } from '@jest/globals';
import { compile, JqLimitError } from './index.ts';
import type { Limits } from './index.ts';

const small: Partial<Limits> = { steps: 20_000, stringLength: 100_000, depth: 2_000 };

function limitOf(program: string, limits: Partial<Limits> = small): string {
  try {
    for (const result of compile(program, { limits }).evaluate(null)) if (result === '') break;
  } catch (error) {
    if (error instanceof JqLimitError) return error.limit;
    throw error;
  }
  return 'none';
}

describe('limits', () => {
  it('end loops that never end', () => {
    const loops = [
      'def f: f; f',
      'def f(g): f(g); f(1)',
      'def f(g): f(g | g); f(1)',
      'def f: try error("x") catch f; f',
      '[limit(1e9; repeat(.))]',
      'last(range(1e12))',
      'until(false; .)',
      'last(while(true; .))',
      'def fib: if . < 2 then . else (. - 1 | fib) + (. - 2 | fib) end; 40 | fib',
      '[[range(100)] | combinations(9)]',
      'first(range(1e12) | select(. < 0))',
      '[label $out | repeat(1)]',
      'jn(1e9; 1e10)',
    ];
    for (const program of loops)
      expect({ program, limit: limitOf(program) }).toEqual({ program, limit: 'steps' });
  });

  it('end recursion before it can hurt', () => {
    for (const program of ['def f: 1 + f; f', 'def f: [f]; f', 'def f: f // 1; f', 'def f: (., 1) | f; f']) {
      expect({ program, limit: limitOf(program) }).toEqual({ program, limit: 'depth' });
    }
  });

  it('keep values small', () => {
    expect(limitOf('"x" * 1e9', {})).toBe('stringLength');
    expect(limitOf('reduce range(100) as $i ("x"; . + .)')).toBe('stringLength');
    expect(limitOf('[range(30000) | tostring] | join("") | tojson', { ...small, steps: 1e6 })).toBe(
      'stringLength',
    );
    expect(limitOf('reduce range(100) as $i ([1]; . + .)')).toBe('steps');
    expect(limitOf('.[1e8] = 1')).toBe('steps');
    expect(limitOf('reduce range(60) as $i (1; [., .]) | tojson')).toBe('steps');
    expect(limitOf('reduce range(60) as $i (1; [., .]) | flatten')).toBe('steps');
    expect(limitOf('reduce range(60) as $i (1; [., .]) | . == (.[0] | [., .])')).toBe('steps');
  });

  it('keep results few, small and shallow', () => {
    expect(limitOf('range(10)', { outputs: 9 })).toBe('outputs');
    expect(limitOf('range(10)', { outputs: 10 })).toBe('none');
    expect(limitOf('"é" * 100', { outputBytes: 200 })).toBe('outputBytes');
    expect(limitOf('reduce range(60) as $i (1; [., .])', { outputBytes: 1000 })).toBe('outputBytes');
    expect(limitOf('reduce range(3000) as $i (1; [.])', {})).toBe('depth');
    expect(limitOf('reduce range(1900) as $i (1; [.])', {})).toBe('none');
  });

  it('cannot be caught by the program', () => {
    expect(limitOf('try ([range(1e9)] | length) catch "caught"')).toBe('steps');
    expect(limitOf('(def f: 1 + f; f)? // "caught"')).toBe('depth');
    expect(limitOf('[range(1e5) | "\\\\p{L}{1,900}\\(.)" as $r | "x" | test($r)]')).toBe('steps');
  });

  it('say which limit it was, and its value', () => {
    const program = compile('range(5)', { limits: { outputs: 2 } });
    expect(() => [...program.evaluate(null)]).toThrow(
      expect.objectContaining({ limit: 'outputs', value: 2 }),
    );
    expect(() => [...program.evaluate(null)]).toThrow('The expression reached its limit "outputs" of 2.');
  });

  it('leave everyday work alone', () => {
    expect(limitOf('[range(20000)] | map(. + 1) | add', {})).toBe('none');
    expect(limitOf('[range(20000)] | .[] |= . + 1 | length', {})).toBe('none');
    expect(limitOf('reduce range(50000) as $i ([]; . + [$i]) | length', {})).toBe('none');
    expect(limitOf('reduce range(20000) as $i ({}; .["k\\($i)"] += 1) | length', {})).toBe('none');
    expect(limitOf('reduce range(20000) as $i (""; . + "x") | length', {})).toBe('none');
    expect(limitOf('def f: if . == 0 then 0 else 1 + (. - 1 | f) end; 3000 | f', {})).toBe('none');
    expect(limitOf('("ab" * 20000) | gsub("a"; "bb") | length', {})).toBe('none');
  });

  it('let lazy programs stop early', () => {
    const program =
      'first(range(1e12)), [limit(3; repeat(1))], (label $out | range(1e12) | ., break $out), isempty(range(1e12))';
    expect(limitOf(program)).toBe('none');
  });
});
