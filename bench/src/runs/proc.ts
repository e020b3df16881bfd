/** One process as the kernel tells of it. */
export interface ProcStat {
  readonly pid: number;
  readonly parentPid: number;
  /** User and system time of the process and of its children that have ended, in milliseconds. */
  readonly cpuMs: number;
}

/** The kernel counts in hundredths of a second, whatever the machine. */
const TICK_MS = 10;

/** Reads `/proc/<pid>/stat`; null when the text is none. */
export function procStat(text: string): ProcStat | null {
  // The name in parentheses may hold blanks and parentheses.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trim()
    .split(/\s+/)
    .map(Number);
  const [parentPid, ...times] = [fields[1], fields[11], fields[12], fields[13], fields[14]];
  const ticks = times.reduce<number>((sum, time) => sum + (time ?? Number.NaN), 0);
  if (parentPid === undefined || Number.isNaN(ticks)) return null;
  return { pid: Number.parseInt(text, 10), parentPid, cpuMs: ticks * TICK_MS };
}

/** What a process holds in memory, in KiB. */
export interface Resident {
  /** Its own. */
  readonly ownKib: number;
  /** Files and memory that other processes may hold too. */
  readonly togetherKib: number;
}

/** Reads `/proc/<pid>/status`; zeros when the text is none. */
export function residentKib(text: string): Resident {
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { ownKib: field('RssAnon'), togetherKib: field('RssFile') + field('RssShmem') };
}
