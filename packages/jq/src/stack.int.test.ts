import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';

/** Runs programs in a thread with a native stack of one megabyte; gives the name of what each threw, or `value`. */
function runOnSmallStack(programs: readonly string[]): Promise<string[]> {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.engine).then(({ compile }) => {
      parentPort.postMessage(workerData.programs.map((program) => {
        try {
          compile(program).first(null);
          return 'value';
        } catch (error) {
          return error.name;
        }
      }));
    });`;
  const engine = pathToFileURL(join(__dirname, 'index.ts')).href;
  const worker = new Worker(source, {
    eval: true,
    workerData: { engine, programs },
    resourceLimits: { stackSizeMb: 1 },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', (names: string[]) => {
      void worker.terminate().then(() => resolve(names));
    });
    worker.once('error', reject);
  });
}

/** `[before, inner, after]`, the outer two repeated. */
const wrap = ([before, inner, after]: readonly [string, string, string], times: number): string =>
  before.repeat(times) + inner + after.repeat(times);

describe('the native stack', () => {
  it('is enough for the most deeply nested programs that are accepted', async () => {
    const programs = [
      wrap(['(', '1', ')'], 140),
      wrap(['[', '1', ']'], 140),
      wrap(['{a: ', '1', '}'], 95),
      wrap(['-', '1', ''], 140),
      wrap(['', '1', ' + 1'], 280),
      wrap(['', '.', ' | .'], 280),
      wrap(['try map(', '.', ') catch .'], 70),
      wrap(['try walk(', '.', ') catch .'], 70),
      wrap(['try with_entries(', '.', ') catch .'], 70),
      wrap(['any(.; ', '.', ')'], 99),
      wrap(['def f: ', '1', '; f'], 140),
      wrap(['. as [', '$a', '] | $a'], 1),
    ];
    const names = await runOnSmallStack(programs);
    expect(programs.filter((_, index) => names[index] !== 'value')).toEqual([]);
  });

  it('is not used by values and calls that nest without such a bound', async () => {
    const programs = [
      'def f: if . == 0 then 0 else 1 + (. - 1 | f) end; 6000 | f',
      '[range(9000) | 0] as $p | setpath($p; 1) | [paths] | length',
      'reduce range(9000) as $i (1; [.]) | [tojson, flatten, . == .] | length',
      'reduce range(9000) as $i (1; {a: .}) | (. * .), sort_by(.)? | length',
      '("[" * 9000 + "]" * 9000) | fromjson | length',
      'reduce range(3000) as $i (1; [.]) | walk(.) | [..] | length',
    ];
    const names = await runOnSmallStack(programs);
    expect(names.filter((name) => name !== 'value' && name !== 'JqLimitError')).toEqual([]);
  });
});
