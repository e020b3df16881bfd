import { gunzipSync, gzipSync } from 'node:zlib';
import { failure, parseJson, type Json } from '@baton/core';
import { AgentFailureError } from '../../adapter.ts';
import { textAt } from '../../wire/fields.ts';
import { isStoredThread, type StoredThread } from './stored-thread.ts';
import type { MemorySaver } from './foreign-codec.ts';

/** Most characters of a thread that is carried by a pause. */
const LONGEST = 700_000;

/** Most bytes of one that is read. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A thread of a graph that keeps none itself, as a text that a pause can carry: what the saver holds of it, compressed. Throws
 * {@link AgentFailureError} `configuration` when it is too large for that.
 */
export function storeThread(saver: MemorySaver, threadId: string): string {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const spaces = Object.entries(saver.storage[threadId] ?? {}).map(
    ([space, checkpoints]) =>
      [
        space,
        Object.entries(checkpoints).map(
          ([id, [checkpoint, metadata, parent]]) =>
            [id, base64(checkpoint), base64(metadata), parent ?? null] as const,
        ),
      ] as const,
  );
  // A key of writes is a list: thread, space, checkpoint.
  const writes = Object.entries(saver.writes)
    .filter(([key]) => textAt(parseJson(key), 0) === threadId)
    .map(
      ([key, made]) =>
        [
          key,
          Object.entries(made).map(
            ([place, [task, channel, value, path]]) =>
              [place, task, channel, base64(value), path ?? null] as const,
          ),
        ] as const,
    );
  const stored: StoredThread = { spaces, writes };
  const text = gzipSync(JSON.stringify(stored)).toString('base64');
  if (text.length <= LONGEST) return text;
  const detail =
    `What the graph remembers takes ${text.length} characters, and a pause carries at most ${LONGEST}: ` +
    'keep less in its state, or compile it with a checkpointer of its own.';
  throw new AgentFailureError(failure('configuration', detail, { code: 'checkpoint_too_large' }));
}

/** Puts a thread back that {@link storeThread} has stored. Throws {@link AgentFailureError} `validation` for anything else. */
export function restoreThread(saver: MemorySaver, threadId: string, text: string): void {
  const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
  const { spaces, writes } = readStored(text);
  saver.storage[threadId] = Object.fromEntries(
    spaces.map(([space, checkpoints]) => [
      space,
      Object.fromEntries(
        checkpoints.map(([id, checkpoint, metadata, parent]) => [
          id,
          [bytes(checkpoint), bytes(metadata), parent ?? undefined] as const,
        ]),
      ),
    ]),
  );
  for (const [key, made] of writes) {
    saver.writes[key] = Object.fromEntries(
      made.map(([place, task, channel, value, path]) => [
        place,
        path === null
          ? ([task, channel, bytes(value)] as const)
          : ([task, channel, bytes(value), path] as const),
      ]),
    );
  }
}

function readStored(text: string): StoredThread {
  const stored = unpack(text);
  if (isStoredThread(stored)) return stored;
  const detail = 'The state to resume from holds no thread of a graph; it must be that of the pause.';
  throw new AgentFailureError(failure('validation', detail, { code: 'invalid_resume' }));
}

function unpack(text: string): Json {
  try {
    const bytes = gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST_BYTES });
    return parseJson(bytes.toString('utf8'));
  } catch {
    // Whatever it is, it is no stored thread.
    return null;
  }
}
