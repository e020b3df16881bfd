import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { commandOf, portTaken, type SupervisedProcess } from '@baton/stand';
import { exampleAgentsAnswer } from './demo-agents.ts';
import { readFlags, type StartFlags } from './demo-flags.ts';
import { runDemo } from './demo.ts';
import { reportEnd } from './part-end.ts';
import { startPythonWorker } from './python-worker.ts';
import {
  apiUrlOf,
  demoPortClaim,
  portClaims,
  portProblems,
  readSettings,
  type Settings,
} from './settings.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';
import { startStack, type Stack } from './stack.ts';
import type { NotedPart } from './supervisor-file-codec.ts';
import { endLeftovers, noteSupervisor, runningSupervisor } from './supervisor-file.ts';
import type { Terminal } from './terminal.ts';

/** What {@link start} needs. */
export interface StartParams {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--demo` runs the demo once everything is up; `--yes` lets it approve without asking, `--input` names its article. */
  readonly args: readonly string[];
  /** Restarts API and worker when a source file changes. */
  readonly watch: boolean;
  readonly terminal: Terminal;
}

type End = { readonly kind: 'asked' } | { readonly kind: 'died'; readonly part: SupervisedProcess };

/** What a start was asked for, read once. */
interface Wanted extends StartParams {
  readonly flags: StartFlags;
  readonly settings: Settings;
  readonly stateDir: string;
}

function readWanted(params: StartParams): Wanted {
  const flags = readFlags(params.args, process.stdin.isTTY);
  const settings = readSettings(params.env);
  return { ...params, flags, settings, stateDir: resolve(params.root, settings.stateDir ?? '.baton') };
}

/** Throws a sentence for each port that is not free; `own` are the ports of Baton itself. */
async function refuseTakenPorts(
  { flags, settings }: Wanted,
  own: ReturnType<typeof portClaims>,
): Promise<void> {
  // Example agents that run already are as good as new ones.
  const agents = flags.demo && !(await exampleAgentsAnswer(settings.demoAgentsPort));
  const problems = await portProblems([...own, ...(agents ? [demoPortClaim(settings)] : [])], portTaken);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Keeps `supervisor.json` true while processes come. */
function createNotes(file: string, { settings }: Wanted) {
  const parts: NotedPart[] = [];
  let uiUrl: string | null = null;
  const note = async (temporalUiUrl: string | null): Promise<void> => {
    uiUrl = temporalUiUrl;
    const command = (await commandOf(process.pid)) ?? '';
    const facts = { pid: process.pid, command, apiUrl: apiUrlOf(settings) };
    await noteSupervisor(file, { ...facts, temporalUiUrl, parts });
  };
  const add = async ({ name, pid }: SupervisedProcess): Promise<void> => {
    parts.push({ name, pid, command: (await commandOf(pid)) ?? '' });
    await note(uiUrl);
  };
  return { note, add };
}

function showAddresses({ terminal, settings }: Wanted, stack: Stack): void {
  terminal.line('\nBaton is up.');
  terminal.line(`  API          ${stack.apiUrl}`);
  terminal.line(`  Docs         ${stack.apiUrl}/docs`);
  if (stack.temporalUiUrl) terminal.line(`  Temporal UI  ${stack.temporalUiUrl}`);
  terminal.line(`\nCtrl-C stops everything; what happened stays in ${settings.stateDir ?? '.baton'}/.`);
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

interface DemoPlace extends Pick<Stack, 'apiUrl' | 'temporalUiUrl'> {
  readonly signal: AbortSignal;
  /** Takes the example agents over; without it they end with the demo. */
  readonly onStarted?: (part: SupervisedProcess) => Promise<void>;
}

/** Whether the demo's run completed. */
function demo(wanted: Wanted, place: DemoPlace): Promise<boolean> {
  const { root, stateDir, terminal, flags, settings } = wanted;
  const { apiUrl, temporalUiUrl, signal, onStarted } = place;
  return runDemo({
    ...{ root, stateDir, terminal, apiUrl, temporalUiUrl, signal },
    ...{ yes: flags.yes, input: flags.input, agentsPort: settings.demoAgentsPort },
    ...(onStarted && { onStarted }),
  });
}

async function run(wanted: Wanted, file: string, shutdown: Shutdown): Promise<number> {
  const { root, stateDir, settings, env, terminal, watch, flags } = wanted;
  const notes = createNotes(file, wanted);
  const parts: SupervisedProcess[] = [];
  const onStarted = async (part: SupervisedProcess): Promise<void> => {
    shutdown.add(part);
    parts.push(part);
    await notes.add(part);
  };
  await notes.note(null);
  const { signal } = shutdown;
  const stack = await startStack({ root, stateDir, settings, env, watch, terminal, signal, onStarted });
  await notes.note(stack.temporalUiUrl);
  showAddresses(wanted, stack);
  const end = untilTheEnd(shutdown, [...parts]);
  const beside = async (part: SupervisedProcess): Promise<void> => {
    shutdown.add(part);
    await notes.add(part);
  };
  const python = { root, stateDir, env: { ...env, ...stack.env }, terminal, signal, onStarted: beside };
  void startPythonWorker(python);
  const played = flags.demo ? demo(wanted, { ...stack, signal, onStarted }) : Promise.resolve(null);
  const completed = await Promise.race([played, end.then(() => null)]);
  // The links that were printed must open, so everything stays up.
  if (completed !== null) terminal.line('\nBaton stays up; Ctrl-C stops it.');
  const how = await end;
  if (how.kind === 'asked') {
    // Stopped at its question, the demo still says where to decide.
    await played.catch(() => null);
    return completed === false ? 1 : 0;
  }
  terminal.line(`\n${await reportEnd(how.part)}`);
  return 1;
}

/** The demo on a Baton that another process holds up. */
async function demoOn(
  running: Pick<Stack, 'apiUrl' | 'temporalUiUrl'>,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<number> {
  try {
    return (await demo(wanted, { ...running, signal })) ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  }
}

/**
 * `npm start` and `npm run dev`: brings everything up and holds it until Ctrl-C or until a part dies; answers the exit
 * code. When Baton runs on this state already, `--demo` runs on that one and is over when its run is. Throws a sentence
 * when it cannot start.
 */
export async function start(params: StartParams): Promise<number> {
  const wanted = readWanted(params);
  const { terminal, flags, settings } = wanted;
  const file = join(wanted.stateDir, 'supervisor.json');
  const shutdown = createShutdown(() => process.exit(130));
  const running = await runningSupervisor(file);
  if (running && flags.demo) {
    await refuseTakenPorts(wanted, []);
    return demoOn(running, wanted, shutdown.signal);
  }
  if (running) {
    throw new Error(`Baton runs in this checkout already (process ${running.pid}), at ${running.apiUrl}.`);
  }
  const ended = await endLeftovers(file);
  if (ended.length > 0) terminal.line(`  Ended what an earlier run had left behind: ${ended.join(', ')}`);
  await refuseTakenPorts(wanted, portClaims(settings));
  try {
    return await run(wanted, file, shutdown);
  } catch (error) {
    if (shutdown.signal.aborted) return 0;
    throw error;
  } finally {
    terminal.line('');
    await terminal.phase('Stopping', () => shutdown.stop());
    await rm(file, { force: true });
  }
}
