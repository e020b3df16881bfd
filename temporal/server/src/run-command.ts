import { spawn } from 'node:child_process';

/** How a command ended: its exit code (`null` when it could not be started or was killed) and its output. */
export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

/** What {@link runCommand} may be told besides the command. */
export interface RunCommandOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Kills the command when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Kills the command after so many milliseconds; default: no limit. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command to its end and gathers standard output and standard error together.
 * Never rejects: a command that cannot be started answers code `null` with the reason as output.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = '';
    // Not spawn's own time limit: its timer stays behind when the command cannot be started.
    const limits = [
      options.signal,
      options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs),
    ];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.env && { env: { ...options.env } }),
      signal: AbortSignal.any(limits.filter((limit) => limit !== undefined)),
    });
    const gather = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    child.once('error', (error) => resolve({ code: null, output: `${output}${error.message}` }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** The last lines of a command's output, joined for a sentence. */
export function lastLines(output: string, count = 3): string {
  return output.trim().split('\n').slice(-count).join(' ').trim();
}
