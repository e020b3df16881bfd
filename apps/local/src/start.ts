import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandOf, portTaken, type SupervisedProcess } from '@baton/stand';
import { runDemo } from './demo.ts';
import { portClaims, portProblems, readSettings } from './settings.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';
import { startStack, type Stack } from './stack.ts';
import type { NotedPart } from './supervisor-file-codec.ts';
import { endLeftovers, noteSupervisor, runningSupervisor } from './supervisor-file.ts';
import type { Terminal } from './terminal.ts';

/** What {@link start} needs. */
export interface StartParams {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--demo` runs the demo once everything is up; `--yes` lets it approve without asking. */
  readonly args: readonly string[];
  /** Restarts API and worker when a source file changes. */
  readonly watch: boolean;
  readonly terminal: Terminal;
}

type End = { readonly kind: 'asked' } | { readonly kind: 'died'; readonly part: SupervisedProcess };

function readFlags(args: readonly string[]): { demo: boolean; yes: boolean } {
  const unknown = args.find((arg) => arg !== '--demo' && arg !== '--yes');
  if (unknown !== undefined) throw new Error(`npm start knows --demo and --yes, and not "${unknown}".`);
  return { demo: args.includes('--demo'), yes: args.includes('--yes') };
}

async function refuseTakenPorts(params: StartParams): Promise<void> {
  const problems = await portProblems(portClaims(readSettings(params.env)), portTaken);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Keeps `.baton/supervisor.json` true while processes come. */
function createNotes(file: string, params: StartParams) {
  const parts: NotedPart[] = [];
  const settings = readSettings(params.env);
  const note = async (temporalUiUrl: string | null): Promise<void> => {
    const command = (await commandOf(process.pid)) ?? '';
    const apiUrl = `http://127.0.0.1:${settings.apiPort}`;
    await noteSupervisor(file, { pid: process.pid, command, apiUrl, temporalUiUrl, parts });
  };
  const add = async ({ name, pid }: SupervisedProcess): Promise<void> => {
    parts.push({ name, pid, command: (await commandOf(pid)) ?? '' });
    await note(null);
  };
  return { note, add };
}

function showAddresses(terminal: Terminal, stack: Stack): void {
  terminal.line('\nBaton is up.');
  terminal.line(`  API          ${stack.apiUrl}`);
  terminal.line(`  Docs         ${stack.apiUrl}/docs`);
  if (stack.temporalUiUrl) terminal.line(`  Temporal UI  ${stack.temporalUiUrl}`);
  terminal.line('\nCtrl-C stops everything; what happened stays in .baton/.');
}

async function untilTheEnd(shutdown: Shutdown, parts: readonly SupervisedProcess[]): Promise<End> {
  const asked = new Promise<End>((resolve) => {
    if (shutdown.signal.aborted) resolve({ kind: 'asked' });
    shutdown.signal.addEventListener('abort', () => resolve({ kind: 'asked' }));
  });
  const deaths = parts.map(async (part): Promise<End> => {
    await part.ended;
    return { kind: 'died', part };
  });
  // Keeps the process alive although nothing of the children does.
  const alive = setInterval(() => undefined, 60_000);
  const end = await Promise.race([asked, ...deaths]);
  clearInterval(alive);
  return end;
}

async function demo(
  params: StartParams,
  where: Pick<Stack, 'apiUrl' | 'temporalUiUrl'>,
  signal: AbortSignal,
) {
  const { root, terminal } = params;
  const { yes } = readFlags(params.args);
  await runDemo({ root, terminal, yes, signal, apiUrl: where.apiUrl, temporalUiUrl: where.temporalUiUrl });
}

async function run(params: StartParams, file: string, shutdown: Shutdown): Promise<number> {
  const { root, env, terminal, watch } = params;
  const notes = createNotes(file, params);
  const parts: SupervisedProcess[] = [];
  const onStarted = async (part: SupervisedProcess): Promise<void> => {
    shutdown.add(part);
    parts.push(part);
    await notes.add(part);
  };
  await notes.note(null);
  const { signal } = shutdown;
  const settings = readSettings(env);
  const stateDir = join(root, '.baton');
  const stack = await startStack({ root, stateDir, settings, env, watch, terminal, signal, onStarted });
  await notes.note(stack.temporalUiUrl);
  showAddresses(terminal, stack);
  const end = untilTheEnd(shutdown, parts);
  if (readFlags(params.args).demo) await Promise.race([demo(params, stack, signal), end]);
  const how = await end;
  if (how.kind === 'asked') return 0;
  terminal.line(`\n${how.part.name} ended unexpectedly. Its last lines (${how.part.logFile}):`);
  terminal.line(await how.part.logTail(30));
  return 1;
}

/**
 * `npm start` and `npm run dev`: brings everything up and holds it until Ctrl-C or until a part dies; answers the exit
 * code. When Baton runs in this checkout already, `--demo` runs on that one. Throws a sentence when it cannot start.
 */
export async function start(params: StartParams): Promise<number> {
  const { terminal, root } = params;
  const flags = readFlags(params.args);
  const file = join(root, '.baton', 'supervisor.json');
  const shutdown = createShutdown(() => process.exit(130));
  const running = await runningSupervisor(file);
  if (running && flags.demo) {
    await demo(params, running, shutdown.signal);
    return 0;
  }
  if (running) {
    throw new Error(`Baton runs in this checkout already (process ${running.pid}), at ${running.apiUrl}.`);
  }
  const ended = await endLeftovers(file);
  if (ended.length > 0) terminal.line(`  Ended what an earlier run had left behind: ${ended.join(', ')}`);
  await refuseTakenPorts(params);
  try {
    return await run(params, file, shutdown);
  } catch (error) {
    if (shutdown.signal.aborted) return 0;
    throw error;
  } finally {
    terminal.line('');
    await terminal.phase('Stopping', () => shutdown.stop());
    await rm(file, { force: true });
  }
}
