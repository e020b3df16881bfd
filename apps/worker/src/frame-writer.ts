import type { AgentEvent } from '@baton/agents';
import type { FrameRepository, NewFrame } from '@baton/store';
import type { LiveDelivery, LiveFrames } from '@baton/temporal-activities';
import { joined, piecesOf, type FramePiece } from './frame-pieces.ts';

/** What a writer of live frames needs. */
export interface FrameWriterParams {
  readonly frames: Pick<FrameRepository, 'write' | 'remove'>;
  readonly onError: (error: unknown) => void;
  /** How long frames outlive their call, in milliseconds: readers are a moment behind. Default 5,000. */
  readonly keptMs?: number;
}

/**
 * Stores what agents tell, that of all calls of a moment in one statement. What cannot be stored is dropped, and readers see
 * a gap: a call never waits for its frames but for a moment at its end, and not at all while the database is away.
 */
export interface FrameWriter extends LiveFrames {
  /** Resolves when the database is not used any more. */
  stop(): Promise<void>;
}

/** How long frames wait for more, in milliseconds. */
const GATHER_MS = 60;

/** How long the end of a call waits for its last frames, in milliseconds. */
const PATIENCE_MS = 500;

/** What one call may have waiting; over it the oldest go. */
const MOST_WAITING = 256 * 1_024;

/** One call that tells. */
interface Line {
  readonly of: LiveDelivery;
  waiting: FramePiece[];
  size: number;
  /** Frames dropped since the last one that was stored. */
  lost: number;
  isBeingStored: boolean;
  isClosed: boolean;
}

/** Creates a writer on a repository. */
export function createFrameWriter(params: FrameWriterParams): FrameWriter {
  const { frames, onError } = params;
  const lines = new Set<Line>();
  const leftovers = createLeftovers(params);
  let gathering: NodeJS.Timeout | undefined;
  let storing: Promise<void> | null = null;
  let isAway = false;
  const storeAll = async (): Promise<void> => {
    while (lines.size > 0) {
      clearTimeout(gathering);
      gathering = undefined;
      const taken = [...lines].map(take);
      lines.clear();
      try {
        await frames.write(taken.flatMap(({ frames: told }) => told));
        isAway = false;
      } catch (error) {
        for (const { line, frames: told } of taken) giveUp(line, told);
        // Once is enough: while the database is away, everything that agents tell comes here.
        if (!isAway) onError(error);
        isAway = true;
      }
      for (const { line } of taken) line.isBeingStored = false;
    }
    storing = null;
  };
  const storeNow = (): Promise<void> =>
    lines.size > 0 ? (storing ??= storeAll()) : (storing ?? Promise.resolve());
  const tell = (line: Line, event: AgentEvent): void => {
    if (line.isClosed) return;
    for (const piece of piecesOf(event)) put(line, piece);
    if (line.waiting.length === 0) return;
    lines.add(line);
    leftovers.expect(line.of);
    gathering ??= setTimeout(() => {
      gathering = undefined;
      void storeNow();
    }, GATHER_MS);
  };
  return {
    open: (of) => {
      const line: Line = { of, waiting: [], size: 0, lost: 0, isBeingStored: false, isClosed: false };
      return {
        tell: (event) => tell(line, event),
        close: async () => {
          line.isClosed = true;
          if (lines.has(line) || line.isBeingStored)
            await unlessTooLong(storeNow(), isAway ? 0 : PATIENCE_MS);
          leftovers.ended(of);
        },
      };
    },
    async stop() {
      clearTimeout(gathering);
      await storeNow();
      await leftovers.stop();
    },
  };
}

/** Puts a piece behind what waits; the oldest go when there is too much. */
function put(line: Line, piece: FramePiece): void {
  const one = joined(line.waiting.at(-1), piece);
  if (one === null) line.waiting.push(piece);
  else line.waiting[line.waiting.length - 1] = one;
  line.size += piece.size;
  while (line.size > MOST_WAITING && line.waiting.length > 1) {
    line.size -= line.waiting.shift()?.size ?? 0;
    line.lost += 1;
  }
}

interface Taken {
  readonly line: Line;
  readonly frames: readonly NewFrame[];
}

function take(line: Line): Taken {
  const { of, lost } = line;
  const frames = line.waiting.map(({ type, data }, n) => ({ ...of, type, data, lost: n === 0 ? lost : 0 }));
  Object.assign(line, { waiting: [], size: 0, lost: 0, isBeingStored: true });
  return { line, frames };
}

function giveUp(line: Line, frames: readonly NewFrame[]): void {
  line.lost += frames.reduce((sum, { lost }) => sum + lost + 1, 0);
}

async function unlessTooLong(done: Promise<void>, ms: number): Promise<void> {
  const { promise: tooLong, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([done, tooLong]);
  clearTimeout(timer);
}

/** Removes the frames of calls that have ended, a while later. */
interface Leftovers {
  expect(of: LiveDelivery): void;
  ended(of: LiveDelivery): void;
  stop(): Promise<void>;
}

function createLeftovers({ frames, onError, keptMs = 5_000 }: FrameWriterParams): Leftovers {
  const told = new Set<LiveDelivery>();
  let over: { readonly of: LiveDelivery; readonly dueAt: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let removing = Promise.resolve();
  const remove = (): void => {
    const now = performance.now();
    const due = over.filter(({ dueAt }) => dueAt <= now);
    over = over.filter(({ dueAt }) => dueAt > now);
    timer = over.length > 0 ? setTimeout(remove, keptMs) : undefined;
    // What stays is swept.
    if (due.length > 0) removing = frames.remove(due.map(({ of }) => of)).catch(onError);
  };
  return {
    expect: (of) => void told.add(of),
    ended(of) {
      if (!told.delete(of)) return;
      over.push({ of, dueAt: performance.now() + keptMs });
      // A timer may fire a moment early.
      timer ??= setTimeout(remove, keptMs + 10);
    },
    async stop() {
      clearTimeout(timer);
      await removing;
    },
  };
}
