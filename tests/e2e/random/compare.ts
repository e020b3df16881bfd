import { isObject, parseJson, type Json, type JsonObject } from '@baton/core';
import { snapshotFromJson } from '@baton/temporal-client';
import { selectFrom } from '../database.ts';
import type { Scenario } from '../scenario.ts';
import { withoutRaces } from './generate.ts';
import { idealOf, type Ideal } from './ideal.ts';

/** More events than a definition listens for. */
const SIGNALS = 16;

/** A run of generated tasks. */
export interface GeneratedRun {
  readonly id: string;
  readonly seed: number;
  readonly tasks: readonly JsonObject[];
}

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

/** Sends a run the events that it may listen for; more of them than are heard change nothing. */
export async function signal({ call }: Scenario, runId: string): Promise<void> {
  for (let n = 0; n < SIGNALS; n += 1) await call(`POST /v1/runs/${runId}/signals/go`, { json: 7 });
}

/** Brings a run to its end and says what differs from the ideal; null when nothing does. */
export async function differenceOf(
  scenario: Scenario,
  { id, seed, tasks }: GeneratedRun,
  ideal: Ideal,
): Promise<string | null> {
  if (ideal.kinds.has('listen')) await signal(scenario, id);
  const run = await scenario
    .ended(id, { withinMs: 90_000 })
    .catch((error: unknown) => ({ error: String(error) }));
  const [got, wanted] = [JSON.stringify(endOf(run)), JSON.stringify(endOfIdeal(ideal))];
  if (got === wanted) return null;
  return `seed ${seed}, run ${id}: ${got} instead of ${wanted}\n${JSON.stringify(tasks)}`;
}

/** Which of two branches faults first depends on the time: only the sort of an error counts. */
function endOf(run: JsonObject): Json {
  const { status = null, output = null, error = null } = run;
  if (isObject(error)) return { status, error: [error['type'] ?? null, error['status'] ?? null] };
  return { status, output: withoutRaces(output), error };
}

/** The same of an ideal end. */
function endOfIdeal({ outcome }: Ideal): Json {
  if (outcome.status === 'faulted')
    return { status: 'faulted', error: [outcome.error.type, outcome.error.status] };
  if (outcome.status === 'canceled') return { status: 'canceled', output: null, error: null };
  return { status: outcome.status, output: withoutRaces(outcome.output), error: null };
}
