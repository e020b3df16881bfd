/** A child process as the supervisor noted it. */
export interface NotedPart {
  readonly name: string;
  readonly pid: number;
  /** Its command line, which tells it from a later process with the same number. */
  readonly command: string;
}

/** What a running supervisor tells others about itself. */
export interface SupervisorFacts {
  readonly pid: number;
  readonly command: string;
  readonly apiUrl: string;
  readonly temporalUiUrl: string | null;
  /** In the order in which they were started. */
  readonly parts: readonly NotedPart[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPart(value: unknown): value is NotedPart {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    Number.isInteger(value['pid']) &&
    typeof value['command'] === 'string'
  );
}

/** Reads what a supervisor wrote; `null` when it is not whole, as after a kill in the middle of writing. */
export function parseSupervisorFacts(text: string): SupervisorFacts | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Half a file is no file.
    return null;
  }
  if (!isRecord(value)) return null;
  const { pid, command, apiUrl, temporalUiUrl, parts } = value;
  if (typeof pid !== 'number' || typeof command !== 'string' || typeof apiUrl !== 'string') return null;
  return {
    pid,
    command,
    apiUrl,
    temporalUiUrl: typeof temporalUiUrl === 'string' ? temporalUiUrl : null,
    parts: Array.isArray(parts) ? parts.filter(isPart) : [],
  };
}
