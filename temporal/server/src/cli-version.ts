import { MINIMUM_CLI, MINIMUM_SERVER } from './pins.ts';
import { lastLines, runCommand } from './run-command.ts';

/** Whether a `temporal` binary can serve Baton; `reason` is a clause that says why not. */
export type CliVerdict =
  { readonly kind: 'good'; readonly version: string } | { readonly kind: 'bad'; readonly reason: string };

const VERSION_LINE = /temporal version (\S+) \(Server (\d+)\.(\d+)[^,)]*/;

function atLeast(found: readonly [number, number], wanted: readonly [number, number]): boolean {
  return found[0] > wanted[0] || (found[0] === wanted[0] && found[1] >= wanted[1]);
}

/**
 * Judges what `temporal --version` printed.
 * A binary built from source calls itself `0.0.0-DEV`, so it is judged by the server inside it.
 */
export function judgeVersion(printed: string): CliVerdict {
  const match = VERSION_LINE.exec(printed);
  if (!match) return { kind: 'bad', reason: 'it does not say which version it is' };
  const version = match[1] ?? '';
  const server: [number, number] = [Number(match[2]), Number(match[3])];
  const [major, minor] = version.split('.').map(Number);
  const builtFromSource = version.startsWith('0.0.0');
  if (!builtFromSource && !atLeast([major ?? 0, minor ?? 0], MINIMUM_CLI)) {
    return { kind: 'bad', reason: `it is version ${version} and ${MINIMUM_CLI.join('.')} is needed` };
  }
  if (!atLeast(server, MINIMUM_SERVER)) {
    return {
      kind: 'bad',
      reason: `the server in it is ${server.join('.')} and ${MINIMUM_SERVER.join('.')} is needed`,
    };
  }
  return { kind: 'good', version };
}

/** Runs `<path> --version` and judges it; a binary that cannot run is bad. */
export async function judgeCli(path: string): Promise<CliVerdict> {
  const { code, output } = await runCommand(path, ['--version'], { timeoutMs: 20_000 });
  if (code !== 0) return { kind: 'bad', reason: `it does not run (${lastLines(output)})` };
  return judgeVersion(output);
}
