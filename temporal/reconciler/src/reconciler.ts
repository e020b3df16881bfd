import type { Store } from '@baton/store';
import type { Gateway } from '@baton/temporal-client';
import { checkIdle, confirmProvisional, type ClosingPorts } from './closings.ts';
import { createLoop, type LoopParams } from './loop.ts';
import { relayOnce } from './relay.ts';
import { signalUnacknowledged, startAccepted } from './starts.ts';

/** The loops that bring PostgreSQL and Temporal to agreement. */
export interface Reconciler {
  start(): void;
  stop(): Promise<void>;
}

/** Parameters of {@link createReconciler}. */
export interface ReconcilerParams {
  readonly store: Pick<
    Store,
    | 'runs'
    | 'events'
    | 'frames'
    | 'callbacks'
    | 'humanTasks'
    | 'agentCalls'
    | 'agentReplies'
    | 'outbox'
    | 'notifications'
  >;
  readonly gateway: Gateway;
  readonly retell: ClosingPorts['retell'];
  readonly onError: LoopParams['onError'];
}

/** Frames are removed by who has written them; what a lost worker has left stays for so long, in milliseconds. */
const FRAMES_LEFT_MS = 60_000;

/** For how long an agent that answers late is told that it does, in milliseconds. */
const CALLBACKS_LEFT_MS = 86_400_000;

async function sweep({ frames, callbacks }: Pick<Store, 'frames' | 'callbacks'>): Promise<boolean> {
  await frames.sweep(FRAMES_LEFT_MS);
  await callbacks.sweep(CALLBACKS_LEFT_MS);
  return false;
}

/** Creates the loops; any number of processes may run them at once. */
export function createReconciler({ store, gateway, retell, onError }: ReconcilerParams): Reconciler {
  const ports = { ...store, gateway, retell, onError };
  const whenUp = (round: () => Promise<boolean>) => async (): Promise<boolean> =>
    gateway.available() ? round() : false;
  const relay = createLoop({ name: 'relay', everyMs: 1_000, round: () => relayOnce(ports), onError });
  const others = [
    { name: 'starts', everyMs: 2_000, round: whenUp(() => startAccepted(ports)) },
    { name: 'ends', everyMs: 1_000, round: whenUp(() => confirmProvisional(ports)) },
    { name: 'idle', everyMs: 5_000, round: whenUp(() => checkIdle(ports)) },
    { name: 'leftovers', everyMs: 60_000, round: () => sweep(store) },
    { name: 'decisions', everyMs: 5_000, round: whenUp(() => signalUnacknowledged(ports)) },
    { name: 'agent calls', everyMs: 5_000, round: async () => (await store.agentCalls.callDue()) > 0 },
    { name: 'kept answers', everyMs: 60_000, round: () => store.agentReplies.sweep().then(() => false) },
  ].map((loop) => createLoop({ ...loop, onError }));
  const loops = [relay, ...others];
  let unsubscribe: () => void = () => undefined;
  return {
    start() {
      unsubscribe = store.notifications.subscribe('baton_outbox', () => {
        relay.wake();
      });
      for (const loop of loops) loop.start();
    },
    async stop() {
      unsubscribe();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
