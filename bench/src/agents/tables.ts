import { figure, tableOf, times } from '../table.ts';
import type { AgentLine } from './suite.ts';

/** The lines for people. */
export function agentTable(lines: readonly AgentLine[]): readonly string[] {
  return tableOf(
    [
      { head: 'adapter', of: ({ adapter }) => adapter, align: 'left' },
      { head: 'calls', of: ({ calls }) => String(calls) },
      { head: 'p50 µs', of: ({ p50Us }) => figure(p50Us) },
      { head: 'bare µs', of: ({ bareP50Us }) => figure(bareP50Us) },
      { head: 'overhead', of: ({ ratio }) => times(ratio) },
      { head: 'spread', of: ({ spread }) => figure(spread) },
    ],
    lines,
  );
}
