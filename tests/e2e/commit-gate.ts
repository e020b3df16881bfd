import pg from 'pg';
import { eventually } from './http.ts';
import type { Stack } from './stack.ts';

/** Holds a transaction of the sink at its commit, for as long as a test wants. */
export interface CommitGate {
  /** Resolves when a transaction stands at the gate. */
  reached(): Promise<void>;
  /** Lets it commit. */
  open(): Promise<void>;
  stop(): Promise<void>;
}

/** The advisory lock that stands for the gate. */
const GATE = 4_711;

/** Makes a gate for transactions that store the end of a step of this name. */
export async function gateCommits(stack: Pick<Stack, 'ownerUrl'>, step: string): Promise<CommitGate> {
  const client = new pg.Client({ connectionString: stack.ownerUrl });
  await client.connect();
  await client.query(`SELECT pg_advisory_lock(${GATE})`);
  await client.query(`
    CREATE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(${GATE}); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON run_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      WHEN (NEW.type = 'step.completed' AND NEW.event -> 'step' ->> 'name' = '${step}') EXECUTE FUNCTION pass_gate()`);
  return {
    async reached() {
      await eventually(
        async () => {
          const waiting = 'SELECT FROM pg_locks WHERE locktype = $1 AND objid = $2 AND NOT granted';
          return (await client.query(waiting, ['advisory', GATE])).rowCount;
        },
        (count) => count === 1,
      );
    },
    open: async () => void (await client.query(`SELECT pg_advisory_unlock(${GATE})`)),
    stop: () => client.end(),
  };
}
