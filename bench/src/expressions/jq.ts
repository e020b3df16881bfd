import { compile } from '@baton/jq';
import { compile as compileJqjs } from '@michaelhomer/jqjs';
import { loadJq } from 'jq-wasm';
import { JQ_WORKLOADS, type JqWorkload } from './jq-workloads.ts';
import { measureAlternately, type Measured, type MeasureParams, type Work } from './measure.ts';

/** One line of the result. */
export interface JqLine {
  readonly workload: string;
  readonly oursUs: number;
  readonly jqjsUs: number;
  readonly jqWasmUs: number;
  /** How often our engine does its work in the time in which the other does it once. */
  readonly timesJqjs: number;
  readonly timesJqWasm: number;
  /** The largest spread of the three. */
  readonly spread: number;
}

/** Times our engine beside jqjs and jq-wasm, programs compiled before. Throws when two engines disagree on a result. */
export async function benchJq(params: MeasureParams, onLine: (line: JqLine) => void): Promise<void> {
  const jq = await loadJq();
  for (const workload of JQ_WORKLOADS) {
    const engines = enginesOf(workload, (program, input) => jq.raw(input, program, ['-c']).stdout);
    agree(workload, engines);
    const measured = measureAlternately(
      {
        ours: () => void engines.ours(),
        jqjs: () => void engines.jqjs(),
        jqWasm: () => void engines.jqWasm(),
      } satisfies Record<string, Work>,
      params,
    );
    onLine(
      lineOf(workload.name, (name) => measured.get(name) ?? { medianUs: Number.NaN, spread: Number.NaN }),
    );
  }
}

interface Engines {
  ours(): unknown[];
  jqjs(): unknown[];
  /** Texts in and out: a value has no other way into WebAssembly. */
  jqWasm(): unknown[];
}

function enginesOf({ program, input }: JqWorkload, raw: (program: string, input: string) => string): Engines {
  const ours = compile(program);
  const jqjs = compileJqjs(program);
  return {
    ours: () => [...ours.evaluate(input)],
    jqjs: () => [...jqjs(input)],
    jqWasm: () => {
      const result: unknown = JSON.parse(raw(program, JSON.stringify(input)));
      return [result];
    },
  };
}

function agree({ name }: JqWorkload, engines: Engines): void {
  const results = [engines.ours(), engines.jqjs(), engines.jqWasm()].map((result) => JSON.stringify(result));
  if (new Set(results).size > 1) throw new Error(`The engines disagree on "${name}": ${results.join(' | ')}`);
}

function lineOf(workload: string, measured: (name: string) => Measured): JqLine {
  const [ours, jqjs, jqWasm] = [measured('ours'), measured('jqjs'), measured('jqWasm')];
  return {
    workload,
    oursUs: ours.medianUs,
    jqjsUs: jqjs.medianUs,
    jqWasmUs: jqWasm.medianUs,
    timesJqjs: jqjs.medianUs / ours.medianUs,
    timesJqWasm: jqWasm.medianUs / ours.medianUs,
    spread: Math.max(ours.spread, jqjs.spread, jqWasm.spread),
  };
}
