import { own, type JsonObject } from '../json.ts';
import { jsonBytes, LARGE_VALUE_BYTES, MAX_VALUE_BYTES } from './data.ts';
import { behaviorOf, guard } from './lifecycle.ts';
import type { HeldEvent } from './state.ts';
import type { Turn } from './turn.ts';

/** Events kept for a later `listen`, and ids kept to drop repeated ones. */
export const MAX_INBOX = 2_000;

/** Events whose weight is counted together when each is small. */
const WEIGHED_EVERY = 64;

/** Queues an event until the work before it is done. A CloudEvent over the limit of one value could never be used. */
export function hold(turn: Turn, event: HeldEvent): void {
  const { draft } = turn;
  const bytes = jsonBytes(event, MAX_VALUE_BYTES);
  if (event.kind === 'signal' && bytes > MAX_VALUE_BYTES) return;
  const kept = draft.held.length + draft.inbox.length + 1;
  if (bytes > LARGE_VALUE_BYTES || kept % WEIGHED_EVERY === 0) turn.heavy = true;
  draft.held = [...draft.held, event];
}

/** Offers a CloudEvent to every listener; one that nobody takes waits for the next `listen`. */
export function offerEvent(turn: Turn, event: JsonObject): void {
  const { draft } = turn;
  if (isRepeated(turn, event)) return;
  let taken = false;
  for (const frame of Object.values(draft.frames)) {
    guard(turn, frame, () => {
      if (behaviorOf(turn, frame).offered?.(turn, frame, event) === true) taken = true;
    });
  }
  if (!taken) draft.inbox = [...draft.inbox, event].slice(-MAX_INBOX);
}

/** CloudEvents are told apart by source and id; hashes of them keep the state small. */
function isRepeated(turn: Turn, event: JsonObject): boolean {
  const id = own(event, 'id');
  if (id === undefined) return false;
  const hash = turn.run.params.hash(JSON.stringify([own(event, 'source') ?? null, id])).slice(0, 32);
  const { draft } = turn;
  if (draft.received.includes(hash)) return true;
  draft.received = [...draft.received, hash].slice(-MAX_INBOX);
  return false;
}
