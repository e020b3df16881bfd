import { createHash } from 'node:crypto';
import { canonicalJson, type AgentReply, type Json } from '@baton/core';
import type { HostCall } from './host/host-protocol.ts';
import type { AskContext, HostProcess } from './host-process.ts';
import { createSlots } from './slots.ts';

/** Processes of agents, kept while they are used. */
export interface Hosts {
  /** Asks the agent of a process that has loaded it; waits while all processes are busy. Throws `AgentFailureError`, or on an abort. */
  ask(plan: HostPlan, call: HostCall, context: AskContext): Promise<AgentReply>;
  /** Ends all processes, also those that are asked. Nothing can be asked afterwards. */
  stop(): Promise<void>;
}

/** Which process a question needs, and how one is started. */
export interface HostPlan {
  /** All that makes one process another: module, export, parameters, limits. */
  readonly identity: Json;
  start(signal: AbortSignal): Promise<HostProcess>;
}

/** Bounds of {@link createHosts}. */
export interface HostBounds {
  /** Most processes at once; who needs another one waits for one to be free. Default 8. */
  readonly processes?: number;
  /** How long a process that nobody asks is kept, in milliseconds. Default 5 minutes. */
  readonly idleMs?: number;
}

/** Creates the keeper of processes. */
export function createHosts({ processes = 8, idleMs = 300_000 }: HostBounds = {}): Hosts {
  const slots = createSlots(processes);
  const stopped = new AbortController();
  const kept = keepIdle(idleMs);
  /** A process that has loaded this, or a new one in the place of the one that was not asked for longest. */
  const findOrStart = async (key: string, start: HostPlan['start'], signal: AbortSignal) => {
    for (let host = kept.take(key); host !== null; host = kept.take(key)) {
      if (host.isAlive() && (await host.isFresh())) return host;
      await kept.end(host);
    }
    while (slots.taken() + kept.count() > processes) {
      const oldest = kept.takeOldest();
      if (oldest !== null) await kept.end(oldest);
    }
    return start(signal);
  };
  return {
    async ask({ identity, start }, call, context) {
      const signal = AbortSignal.any([context.signal, stopped.signal]);
      const key = createHash('sha256').update(canonicalJson(identity)).digest('hex');
      const leave = await slots.take(signal);
      try {
        const host = await findOrStart(key, start, signal);
        try {
          return await host.ask(call, { ...context, signal });
        } finally {
          if (host.isAlive() && !signal.aborted) kept.add(key, host);
          else await host.stop();
        }
      } finally {
        leave();
      }
    },
    async stop() {
      stopped.abort();
      await slots.idle();
      await kept.stop();
    },
  };
}

interface Idle {
  readonly key: string;
  readonly host: HostProcess;
  readonly timer: NodeJS.Timeout;
}

/** Processes that nobody asks, the one that was asked last at the end. */
interface Kept {
  add(key: string, host: HostProcess): void;
  take(key: string): HostProcess | null;
  takeOldest(): HostProcess | null;
  count(): number;
  end(host: HostProcess): Promise<void>;
  stop(): Promise<void>;
}

function keepIdle(idleMs: number): Kept {
  const idle: Idle[] = [];
  const ending = new Set<Promise<void>>();
  const end = async (host: HostProcess): Promise<void> => {
    const gone = host.stop();
    ending.add(gone);
    await gone;
    ending.delete(gone);
  };
  const takeAt = (at: number): HostProcess | null => {
    const [found] = at < 0 ? [] : idle.splice(at, 1);
    clearTimeout(found?.timer);
    return found?.host ?? null;
  };
  return {
    add(key, host) {
      const expire = (): void => {
        const old = takeAt(idle.findIndex((one) => one.host === host));
        if (old !== null) void end(old);
      };
      idle.push({ key, host, timer: setTimeout(expire, idleMs).unref() });
    },
    take: (key) => takeAt(idle.findLastIndex((one) => one.key === key)),
    takeOldest: () => takeAt(idle.length - 1 < 0 ? -1 : 0),
    count: () => idle.length,
    end,
    async stop() {
      while (idle.length > 0) {
        const host = takeAt(0);
        if (host !== null) void end(host);
      }
      await Promise.all(ending);
    },
  };
}
