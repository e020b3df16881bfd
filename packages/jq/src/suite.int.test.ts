import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compile, JqSyntaxError } from './index.ts';
import type { Json } from './index.ts';
import { sortKeys } from './results-of.ts';
import { parseJson } from './values/parse-json.ts';

// cspell:words manonig onig

/** jq's own tests, when they lie beside the repository. */
const folder = resolve(process.cwd(), '../shared/jq');
const files = ['jq.test', 'man.test', 'manonig.test', 'onig.test'];

/** Tests of what this engine leaves out on purpose. */
const excluded: readonly (readonly [reason: string, test: RegExp])[] = [
  ['modules are refused', /^(?:import|include) |^modulemeta/],
  ['input and output are refused', /^try input catch|^debug$|^input/],
  ['the environment is refused', /\$ENV|^env\b/],
  ['the place in the source is refused', /\$__loc__/],
  ['look-around needs more than linear time', /\(\?=/],
  ['word boundaries are those of ASCII', /\.\+\?\\\\b/],
];

interface Example {
  readonly program: string;
  /** `null` for a program that must not compile. */
  readonly input: string | null;
  readonly outputs: readonly string[];
}

/** Reads groups of lines: a program, its input, its outputs; `%%FAIL` begins a program that must not compile. */
function readExamples(text: string): Example[] {
  const blocks = text
    .split(/\n(?:[ \t]*\n)+/)
    .map((block) => block.split('\n').filter((line) => !/^\s*#/.test(line)));
  return blocks.flatMap((lines): Example[] => {
    const [first, second, ...rest] = lines.filter((line) => line.trim() !== '');
    if (first === undefined || second === undefined) return [];
    if (first.startsWith('%%FAIL')) return [{ program: second, input: null, outputs: [] }];
    return [{ program: first, input: second, outputs: rest }];
  });
}

/** Values as JSON can write them: what a program gives for its input is exactly that. */
function plain(value: Json): Json {
  return compile('.').first(value) ?? null;
}

function evaluateAll(program: string, input: string): Json[] {
  const results: Json[] = [];
  try {
    for (const result of compile(program).evaluate(parseJson(input))) results.push(result);
  } catch (error) {
    // Some programs are meant to fail after their outputs; a wrong failure shows in the outputs that are missing.
    if (error instanceof JqSyntaxError) throw error;
  }
  return results;
}

function holds({ program, input, outputs }: Example): boolean {
  if (input === null) {
    try {
      compile(program);
      return false;
    } catch (error) {
      return error instanceof JqSyntaxError;
    }
  }
  try {
    const results = evaluateAll(program, input);
    const wanted = outputs.map((output) => plain(parseJson(output)));
    return JSON.stringify(sortKeys(results)) === JSON.stringify(sortKeys(wanted));
  } catch {
    // A program that does not compile, like any other failure, is a test that does not hold.
    return false;
  }
}

describe("jq's own tests", () => {
  it('hold, all but those excluded with a reason, when the suite is present', () => {
    if (!existsSync(folder)) {
      process.stdout.write(`jq's own tests are not at ${folder}: nothing was compared with them.\n`);
      return;
    }
    const examples = files.flatMap((file) => readExamples(readFileSync(join(folder, file), 'utf8')));
    const reasonFor = ({ program }: Example) => excluded.find(([, test]) => test.test(program))?.[0];
    const wanted = examples.filter((example) => reasonFor(example) === undefined || example.input === null);
    const failed = wanted.filter((example) => !holds(example)).map(({ program }) => program);
    const left = examples.length - wanted.length;
    process.stdout.write(
      `jq's own tests: ${wanted.length - failed.length} of ${wanted.length} hold, ${left} excluded.\n`,
    );
    expect(failed).toEqual([]);
  });
});
