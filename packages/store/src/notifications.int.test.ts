import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { runNotices } from './events-write.ts';
import { parseRunNotice, type Notification } from './notifications.ts';
import { aBatch, aRun, newRunId, otherScope, sinkEvent } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
let owner: pg.Client;
beforeAll(async () => {
  fixture = await createStoreFixture();
  owner = new pg.Client({ connectionString: fixture.ownerUrl });
  await owner.connect();
}, 60_000);
afterAll(async () => {
  await owner.end();
  await fixture.stop();
});

/** Notifications as they come, to be waited for. */
function inbox(channel: 'baton_runs' | 'baton_outbox'): {
  readonly seen: Notification[];
  readonly next: (matches: (notification: Notification) => boolean) => Promise<Notification>;
  readonly unsubscribe: () => void;
} {
  const seen: Notification[] = [];
  const waiting = new Set<() => void>();
  const unsubscribe = fixture.store.notifications.subscribe(channel, (notification) => {
    seen.push(notification);
    for (const look of waiting) look();
  });
  const next = (matches: (notification: Notification) => boolean): Promise<Notification> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = seen.find(matches);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { seen, next, unsubscribe };
}

const isResync = ({ kind }: Notification): boolean => kind === 'resync';

describe('subscribe()', () => {
  it('tells of runs with new events, one notice for a batch', async () => {
    const box = inbox('baton_runs');
    await box.next(isResync);
    const runs = [aRun(), aRun()];
    for (const run of runs) await fixture.store.runs.insertAccepted(fixture.scope, run);
    const started = sinkEvent(1, { type: 'run.started', input: 1 });
    await fixture.store.events.append(
      runs.map(({ id }) => aBatch({ scope: fixture.scope, runId: id }, [started])),
    );
    const notice = await box.next(({ kind }) => kind === 'message');
    const named = notice.kind === 'message' ? parseRunNotice(notice.payload) : [];
    expect(named.map(({ runId }) => runId).sort()).toEqual(runs.map(({ id }) => id).sort());
    expect(box.seen.filter(({ kind }) => kind === 'message')).toHaveLength(1);
    box.unsubscribe();
  });

  it('comes back after the connection broke and says that something may be missing', async () => {
    const box = inbox('baton_outbox');
    await fixture.store.outbox.enqueue(fixture.scope, { kind: 'cancel', workflowId: 'a.b', body: {} });
    await box.next(({ kind }) => kind === 'message');
    const before = box.seen.length;
    await owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'baton-notifications' AND datname = current_database()`,
    );
    await box.next((notification) => isResync(notification) && box.seen.indexOf(notification) >= before);
    const known = box.seen.length;
    await fixture.store.outbox.enqueue(fixture.scope, { kind: 'cancel', workflowId: 'a.b', body: {} });
    await box.next((notification) => box.seen.indexOf(notification) >= known);
    box.unsubscribe();
    const silent = box.seen.length;
    const other = inbox('baton_outbox');
    await fixture.store.outbox.enqueue(fixture.scope, { kind: 'cancel', workflowId: 'a.b', body: {} });
    await other.next(({ kind }) => kind === 'message');
    expect(box.seen).toHaveLength(silent);
    other.unsubscribe();
  });
});

describe('runNotices()', () => {
  it('stays under the length PostgreSQL takes and names every run', () => {
    const scope = otherScope();
    const keys = Array.from({ length: 250 }, () => ({ scope, runId: newRunId() }));
    const notices = runNotices(keys);
    expect(notices).toHaveLength(3);
    expect(Math.max(...notices.map((notice) => Buffer.byteLength(notice)))).toBeLessThan(8_000);
    expect(notices.flatMap(parseRunNotice)).toEqual(keys);
    expect(parseRunNotice('nonsense,a.b')).toEqual([]);
  });
});
