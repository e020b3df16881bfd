import { figure, tableOf, times, type Column } from '../table.ts';
import type { JqLine } from './jq.ts';

const COLUMNS: readonly Column<JqLine>[] = [
  { head: 'workload', of: ({ workload }) => workload, align: 'left' },
  { head: 'ours µs', of: ({ oursUs }) => figure(oursUs) },
  { head: 'jqjs µs', of: ({ jqjsUs }) => figure(jqjsUs) },
  { head: 'jq-wasm µs', of: ({ jqWasmUs }) => figure(jqWasmUs) },
  { head: 'jqjs', of: ({ timesJqjs }) => times(timesJqjs) },
  { head: 'jq-wasm', of: ({ timesJqWasm }) => times(timesJqWasm) },
  { head: 'spread', of: (line) => figure(line.spread) },
];

/** Our engine beside others, for a terminal. */
export function expressionTable(lines: readonly JqLine[]): readonly string[] {
  return tableOf(COLUMNS, lines);
}
