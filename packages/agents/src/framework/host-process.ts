import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Duplex } from 'node:stream';
import { failure, type AgentReply, type Failure } from '@baton/core';
import { EgressError, parseJsonBounded } from '@baton/egress';
import { AgentFailureError, type AgentEvent } from '../adapter.ts';
import { toAgentFailure } from '../failure.ts';
import type { CallOrder, HostCall, HostLine, LoadedFiles, LoadOrder } from './host/host-protocol.ts';
import { readHostLine } from './host/host-protocol-codec.ts';
import type { HostCommand } from './host-command.ts';
import { createLineCutter } from './line-cutter.ts';

/** One process that has loaded an agent and takes one question at a time. */
export interface HostProcess {
  readonly pid: number;
  /** Asks. Throws {@link AgentFailureError}, when the process ends too; on an abort it is ended. */
  ask(call: HostCall, context: AskContext): Promise<AgentReply>;
  /** Whether all files that the agent was loaded from are what they were. */
  isFresh(): Promise<boolean>;
  isAlive(): boolean;
  /** Ends it, with SIGKILL when it does not hear; settles when it is gone. */
  stop(): Promise<void>;
}

/** What surrounds one question to a process. */
export interface AskContext {
  readonly signal: AbortSignal;
  readonly emit: (event: AgentEvent) => void;
}

/** What {@link startHost} needs. */
export interface StartHostParams {
  /** How failures call the agent. */
  readonly label: string;
  readonly command: HostCommand;
  readonly order: LoadOrder;
  readonly signal: AbortSignal;
}

/** How long a process may take to hear SIGTERM, in milliseconds. */
const GRACE_MS = 1_500;

/** Longest line of a host, in bytes: an answer with all that belongs to it. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Deepest nesting of a line. */
const MAX_DEPTH = 200;

/** How much of what a process writes to its terminal is kept for failures, in characters. */
const TAIL = 2_000;

/**
 * Starts a process and has it load its agent. Throws {@link AgentFailureError}: `configuration` when it cannot be loaded, `runtime`
 * when the process ends meanwhile.
 */
export async function startHost({ label, command, order, signal }: StartHostParams): Promise<HostProcess> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, command.args, {
    env: command.env,
    cwd: order.root,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const wire = connect(child, label);
  const ending = endingOf(child);
  const loaded = await exchange(wire, { line: order, signal, stop: ending.stop }, (line) => {
    if ('refused' in line) throw new AgentFailureError(line.refused);
    return 'ready' in line ? line.ready : null;
  }).catch(async (error: unknown) => {
    await ending.stop();
    throw error;
  });
  let last = 0;
  return {
    pid: child.pid ?? 0,
    ask(call, { emit, signal: asking }) {
      const id = (last += 1);
      const order: CallOrder = { id, call };
      return exchange(wire, { line: order, signal: asking, stop: ending.stop }, (line) => {
        if (!('id' in line) || line.id !== id) return null;
        if ('event' in line) emit(line.event);
        if ('error' in line) throw new AgentFailureError(line.error);
        return 'reply' in line ? line.reply : null;
      });
    },
    isFresh: () => areSame(loaded),
    isAlive: () => ending.isAlive() && !wire.isBroken(),
    stop: ending.stop,
  };
}

/** The lines of a process, and what it ended with. */
interface Wire {
  write(line: object): void;
  /** Called for each line, and once with the failure when there are no more. */
  listen(take: (line: HostLine | AgentFailureError) => void): void;
  /** Whether nothing more can be asked. */
  isBroken(): boolean;
}

interface Question {
  readonly line: object;
  readonly signal: AbortSignal;
  readonly stop: () => Promise<void>;
}

/** Writes a line, and takes those that come until one of them is the answer. */
async function exchange<T>(
  wire: Wire,
  { line, signal, stop }: Question,
  take: (line: HostLine) => T | null,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = (): void => void stop();
  signal.addEventListener('abort', abort);
  wire.listen((told) => {
    try {
      if (told instanceof AgentFailureError) throw told;
      const answer = take(told);
      if (answer !== null) resolve(answer);
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });
  wire.write(line);
  try {
    if (signal.aborted) abort();
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function connect(child: ChildProcess, label: string): Wire {
  let take: (line: HostLine | AgentFailureError) => void = () => undefined;
  let tail = '';
  let broken: AgentFailureError | null = null;
  const end = (failed: Failure): void => {
    broken ??= new AgentFailureError(failed);
    take(broken);
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL);
  });
  const channel = child.stdio[3];
  if (!(channel instanceof Duplex)) throw new Error('The process was started without its channel.');
  // A process that is gone is told of by its end.
  channel.on('error', () => undefined);
  const cutter = createLineCutter(LONGEST_LINE, (line) => {
    take(readLine(line));
  });
  channel.on('data', (chunk: Buffer) => {
    try {
      cutter.add(chunk);
    } catch (error) {
      child.kill('SIGKILL');
      end(toAgentFailure(error, label));
    }
  });
  child.once('error', (error) => {
    end(failure('runtime', `The process of ${label} cannot be started: ${error.message}.`, UNSTARTED));
  });
  // Its last lines and words have come by then.
  child.once('close', (code, signal) => {
    end(exitFailure({ label, code, signal, tail }));
  });
  return {
    write: (line) => {
      if (broken === null) channel.write(`${JSON.stringify(line)}\n`);
    },
    listen: (listener) => {
      take = listener;
      if (broken !== null) listener(broken);
    },
    isBroken: () => broken !== null,
  };
}

const UNSTARTED = { retryable: true, code: 'not_started' };

function readLine(text: string): HostLine {
  const line = readHostLine(parseJsonBounded(text, { maxDepth: MAX_DEPTH }));
  if (line === null)
    throw new EgressError('malformed_json', 'Its process wrote a line that is none of ours.');
  return line;
}

interface Exit {
  readonly label: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tail: string;
}

/** A process that has ended in the middle of a call takes that call with it; another one may fare better. */
function exitFailure({ label, code, signal, tail }: Exit): Failure {
  const said = tail.trim() === '' ? '' : ` Its last words: ${tail.trim()}`;
  if (/heap out of memory/.test(tail)) {
    const detail = `The process of ${label} ran out of memory: raise limits.memoryMb, or keep less.${said}`;
    return failure('runtime', detail, { retryable: true, code: 'out_of_memory' });
  }
  if (code === 0) {
    const detail = `The process of ${label} ended before it gave an answer.${said}`;
    return failure('communication', detail, { status: 502, retryable: true, code: 'lost_end' });
  }
  const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
  return failure('runtime', `The process of ${label} ended ${how}.${said}`, {
    retryable: true,
    code: 'crashed',
  });
}

interface Ending {
  stop(): Promise<void>;
  isAlive(): boolean;
}

function endingOf(child: ChildProcess): Ending {
  const isAlive = (): boolean =>
    child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const gone = new Promise<void>((settle) => {
    child.once('close', () => settle());
    child.once('error', () => settle());
  });
  return {
    isAlive,
    async stop() {
      if (isAlive()) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

async function areSame(files: LoadedFiles): Promise<boolean> {
  const same = await Promise.all(
    Object.entries(files).map(async ([path, sha256]) => {
      const body = await readFile(path).catch(() => null);
      return body !== null && createHash('sha256').update(body).digest('hex') === sha256;
    }),
  );
  return same.every(Boolean);
}
