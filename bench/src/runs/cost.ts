import { readdirSync, readFileSync } from 'node:fs';
import { procStat, residentKib, type ProcStat } from './proc.ts';

/** What one part has used so far. */
export interface Usage {
  /** Processor time since its start, children that have ended included, in milliseconds. */
  readonly cpuMs: number;
  /** Memory it holds now, in MiB; what the processes of a tree hold together counts once. */
  readonly rssMib: number;
}

/** Reads what a process and its living children have used; null where the system has no `/proc`. */
export function usageOf(pid: number): Usage | null {
  const tree = treeOf(pid);
  if (tree.length === 0) return null;
  const held = tree.map(({ pid: one }) => residentKib(textOf(`/proc/${one}/status`)));
  const own = held.reduce((sum, { ownKib }) => sum + ownKib, 0);
  const together = Math.max(...held.map(({ togetherKib }) => togetherKib));
  return { cpuMs: tree.reduce((sum, { cpuMs }) => sum + cpuMs, 0), rssMib: (own + together) / 1024 };
}

function treeOf(root: number): readonly ProcStat[] {
  const all = processes();
  const tree = all.filter(({ pid }) => pid === root);
  for (const parent of tree) tree.push(...all.filter(({ parentPid }) => parentPid === parent.pid));
  return tree;
}

function processes(): readonly ProcStat[] {
  try {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return names.flatMap((name) => procStat(textOf(`/proc/${name}/stat`)) ?? []);
  } catch {
    // Not Linux: costs are left out of the result.
    return [];
  }
}

/** The content of a file that may vanish between two looks; '' then. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
}
