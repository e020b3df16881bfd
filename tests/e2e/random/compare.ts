import { isObject, parseJson, type Json, type JsonObject } from '@baton/core';
import { snapshotFromJson } from '@baton/temporal-client';
import { selectFrom } from '../database.ts';
import { withoutRaces } from './generate.ts';
import { idealOf, type Ideal } from './ideal.ts';

/** More events than a definition listens for. */
export const SIGNALS = 16;

/** How an accepted run ends when nothing goes wrong around it; null when it waits for something that never comes. */
export async function idealOfRun(databaseUrl: string, runId: string): Promise<Ideal | null> {
  const statement = 'SELECT snapshot::text AS snapshot FROM runs WHERE id = $1';
  const [row] = await selectFrom(databaseUrl, statement, [runId]);
  const snapshot = snapshotFromJson(asObject(parseJson(String(row?.['snapshot']))));
  const signals = Array.from({ length: SIGNALS }, (_, n) => ({
    type: 'go',
    source: 'test',
    id: `${n}`,
    data: 7,
  }));
  return idealOf(snapshot, signals);
}

function asObject(value: Json): JsonObject {
  if (isObject(value)) return value;
  throw new Error('A snapshot is an object.');
}

/** Which of two branches faults first depends on the time: only the sort of an error counts. */
export function endOf(run: JsonObject): Json {
  const { status = null, output = null, error = null } = run;
  if (isObject(error)) return { status, error: [error['type'] ?? null, error['status'] ?? null] };
  return { status, output: withoutRaces(output), error };
}

/** The same of an ideal end. */
export function endOfIdeal({ outcome }: Ideal): Json {
  if (outcome.status === 'faulted')
    return { status: 'faulted', error: [outcome.error.type, outcome.error.status] };
  if (outcome.status === 'canceled') return { status: 'canceled', output: null, error: null };
  return { status: outcome.status, output: withoutRaces(outcome.output), error: null };
}
