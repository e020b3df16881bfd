import { benchJq, type JqLine } from './expressions/jq.ts';
import { expressionTable } from './expressions/tables.ts';
import { readOptions, type Options } from './options.ts';
import type { CostLine } from './runs/accounts.ts';
import type { RunLine } from './runs/lines.ts';
import { benchRuns } from './runs/suite.ts';
import { costTable, runTable } from './runs/tables.ts';
import { benchAgents, type AgentLine } from './agents/suite.ts';
import { agentTable } from './agents/tables.ts';
import { benchReadModel } from './read-model/suite.ts';
import { readTable } from './read-model/tables.ts';
import type { ReadLine } from './read-model/lines.ts';

/** Lines as they come: JSON at once, tables when all are there. */
function collector<Line>(json: boolean): { readonly lines: Line[]; readonly onLine: (line: Line) => void } {
  const lines: Line[] = [];
  return {
    lines,
    onLine: (line) => {
      lines.push(line);
      if (json) console.log(JSON.stringify(line));
    },
  };
}

function show(options: Options, title: string, rows: readonly string[]): void {
  if (!options.json) console.log(`\n${title}\n\n${rows.join('\n')}`);
}

/** What goes on now, apart from the result. */
function onProgress(sentence: string): void {
  process.stderr.write(`  ${sentence}\n`);
}

async function main(options: Options): Promise<void> {
  const { short, json, suites, workloads, profiles } = options;
  if (suites.includes('expressions')) {
    const { lines, onLine } = collector<JqLine>(json);
    await benchJq({ rounds: 5, roundMs: short ? 20 : 400 }, onLine);
    show(options, 'Expressions: µs a call; how many times as long the other takes.', expressionTable(lines));
  }
  if (suites.includes('agents')) {
    const { lines, onLine } = collector<AgentLine>(json);
    await benchAgents({ rounds: 5, turnMs: short ? 100 : 500, profiles, onProgress, onLine });
    show(options, 'Agents: one delivery, and how many times as long as the bare calls.', agentTable(lines));
  }
  if (suites.includes('runs')) {
    const runs = collector<RunLine>(json);
    const costs = collector<CostLine>(json);
    const { onLine } = runs;
    await benchRuns({
      turnMs: short ? 300 : 2000,
      budgetMs: short ? 120_000 : Infinity,
      workloads,
      profiles,
      onProgress,
      onLine,
      onCost: costs.onLine,
    });
    show(
      options,
      'Runs of Baton beside hand-written workflows (as a multiple of them).',
      runTable(runs.lines),
    );
    show(options, 'Processor time of one run, and memory.', costTable(costs.lines));
  }
  if (!suites.includes('read-model')) return;
  if (short) return onProgress('The read model is left out with --short.');
  const { lines, onLine } = collector<ReadLine>(json);
  await benchReadModel({ profiles, onProgress, onLine });
  show(options, 'Reading beside finished runs (as a multiple of the fewest).', readTable(lines));
}

await main(readOptions(process.argv.slice(2)));
