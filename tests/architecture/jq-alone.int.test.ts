// cspell:words gsub
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const cwd = join(__dirname, '../../packages/jq');

/** What a program in a process of its own has written; it finds the package by its name. */
async function written(script: string, flags: readonly string[] = []): Promise<string> {
  const { stdout } = await run(process.execPath, [...flags, '-e', script], { cwd });
  return stdout.trim();
}

const use = 'console.log(compile(".a").first({ a: 7 }))';

describe('@baton/jq', () => {
  it('is loaded by ES modules and by CommonJS', async () => {
    expect(await written(`import { compile } from '@baton/jq'; ${use}`, ['--input-type=module'])).toBe('7');
    expect(await written(`const { compile } = require('@baton/jq'); ${use}`, ['--input-type=commonjs'])).toBe(
      '7',
    );
  });

  it('runs where code generation is forbidden', async () => {
    const flags = ['--input-type=module', '--disallow-code-generation-from-strings'];
    expect(await written(`import { compile } from '@baton/jq'; ${use}`, flags)).toBe('7');
  });
});

/** Each would take all time or all memory there is. */
const hostile = [
  'def f: f; f',
  'def f: [f]; f',
  'range(1e12)',
  '[limit(1e9; repeat(.))]',
  '"x" * 1e9',
  'reduce range(100) as $i ("x"; . + .)',
  'reduce range(1e9) as $i (null; [.])',
  'reduce range(1e9) as $i ({}; .["k\\($i)"] = $i)',
  'reduce range(1e9) as $i (.; .a |= {a: .})',
  'last(path(repeat(.a)))',
  '[range(1e9)] | sort',
  '[range(1e5)] | until(length == 0; .[1:])',
  '[range(1e5)] | [.[] as $a | .[] as $b | [$a, $b]] | length',
  'until(false; .)',
  'last(while(true; . + 1))',
  '("a" * 100000) | test("(a*)*b")',
  '("ab" * 100000) | gsub("a"; "bb") | gsub("b"; "cc") | length',
  'reduce range(60) as $i (1; [., .]) | tojson',
];

describe('hostile programs of jq', () => {
  it('end at a limit, or with a result, in a heap of 80 MiB', async () => {
    const script = `
      import { compile, JqLimitError } from '@baton/jq';
      const ends = ${JSON.stringify(hostile)}.map((program) => {
        try {
          for (const value of compile(program).evaluate(null)) if (value === undefined) return 'odd';
          return 'results';
        } catch (error) {
          return error instanceof JqLimitError ? error.limit : String(error);
        }
      });
      console.log(JSON.stringify(ends));`;
    const ends: unknown = JSON.parse(
      await written(script, ['--input-type=module', '--max-old-space-size=80']),
    );
    expect(ends).toEqual([
      'steps',
      'depth',
      'outputs',
      'steps',
      'stringLength',
      'stringLength',
      ...Array.from({ length: 8 }, () => 'steps'),
      'steps',
      'results',
      'steps',
      'steps',
    ]);
  });
});
