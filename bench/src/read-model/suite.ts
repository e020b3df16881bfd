import type { Client } from '@baton/sdk';
import { createCallers, type Callers } from '../runs/baton.ts';
import { EMPTY } from '../runs/definitions.ts';
import { expectResult } from '../runs/expect.ts';
import { runRounds, type Contender, type Operation, type Turn } from '../runs/rounds.ts';
import { asApp, startApi, startBaton, startStand, type Stand, type StandParams } from '../runs/stand.ts';
import { toReadLine, type ReadLine } from './lines.ts';
import { copyDatabase, multiplyRuns, sampleRuns } from './multiply.ts';

/** Finished runs in each database, the fewest first. */
const SIZES: readonly number[] = [100, 10_000, 100_000];

/** Rounds that count. */
const ROUNDS = 5;

/** About how long one database has its turn, in milliseconds. */
const TURN_MS = 2_000;

/** Runs that are read by turns. */
const SAMPLE = 1_000;

/** Runs on one page. */
const PAGE = 50;

/** What {@link benchReadModel} needs. */
export interface ReadModelParams {
  readonly onProgress: StandParams['onProgress'];
  readonly profiles: StandParams['profiles'];
  readonly onLine: (line: ReadLine) => void;
}

/**
 * Measures listing and reading runs beside few and many finished ones: an API process of its own for each number, which take
 * turns. The first hundred runs really ran; the others are copies of their rows.
 */
export async function benchReadModel({ onLine, ...params }: ReadModelParams): Promise<void> {
  const stand = await startStand(params);
  try {
    const first = await startBaton(stand, 'reads');
    const fewest = SIZES[0] ?? 0;
    await runSome(createCallers(first.apiUrl).any(), fewest);
    await Promise.all([first.api.stop(), first.worker.stop()]);
    const places: Place[] = [];
    for (const size of SIZES) {
      params.onProgress(`${size.toLocaleString('en')} finished runs`);
      places.push(await prepare(stand, first.ownerUrl, size));
    }
    for (const workload of ['list', 'read'] as const) {
      const contenders = places.map(CONTENDERS[workload]);
      const turns = await runRounds({ contenders, rounds: ROUNDS, turnMs: TURN_MS, concurrency: 1 });
      const of = (size: number): readonly Turn[] => turns.get(String(size)) ?? [];
      for (const size of SIZES) onLine(toReadLine({ workload, finishedRuns: size }, of(size), of(fewest)));
    }
  } finally {
    await stand.stop();
  }
}

async function runSome(client: Client, count: number): Promise<void> {
  await client.workflows.publish({ name: 'empty', version: '1.0.0' }, EMPTY);
  for (let n = 0; n < count; n += 1) {
    const run = await client.runs.start('empty', { input: { n } }, { waitSeconds: 60 });
    expectResult('empty', run.output, { n: n + 1 });
  }
}

/** An API beside so many finished runs. */
interface Place {
  readonly size: number;
  readonly callers: Callers;
  /** Some of the runs, from all over the list. */
  readonly sample: readonly string[];
}

async function prepare(stand: Stand, template: string, size: number): Promise<Place> {
  const ownerUrl = await copyDatabase(template, `reads_${size}`);
  await multiplyRuns(ownerUrl, size);
  const env = { DATABASE_URL: asApp(ownerUrl), TEMPORAL_ADDRESS: stand.temporal.address };
  const { apiUrl } = await startApi(stand, env);
  return { size, callers: createCallers(apiUrl), sample: await sampleRuns(ownerUrl, SAMPLE) };
}

const CONTENDERS: Readonly<Record<ReadLine['workload'], (place: Place) => Contender>> = {
  list: (place) =>
    contender(place, (client) => async () => {
      const { items, nextCursor } = await client.runs.list();
      expectResult('The page', [items.length, nextCursor !== null], [PAGE, true]);
    }),
  read: (place) =>
    contender(place, (client, id) => async () => {
      const run = await client.runs.get(id);
      expectResult('The run', [run.id, run.status], [id, 'completed']);
    }),
};

function contender(
  { size, callers, sample }: Place,
  make: (client: Client, id: string) => Operation,
): Contender {
  const one = (n: number): Operation => make(callers.any(), sample[n % sample.length] ?? '');
  return {
    name: String(size),
    prepare: (count) => Promise.resolve(Array.from({ length: count }, (_, n) => one(n))),
    settle: () => Promise.resolve(),
  };
}
