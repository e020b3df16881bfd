import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { textOf } from '../http.ts';
import { emptyProjections, projectionsIn, rebuild, type Projections } from '../projections.ts';
import { createScenario, objectOf, type Scenario } from '../scenario.ts';
import { startStack, SUGGEST_AFTER, type Stack } from '../stack.ts';
import { verifies } from '../verifies.ts';
import { differenceOf, idealOfRun } from './compare.ts';
import { playCounterparts, type Played } from './counterparts.ts';
import { tasksOf } from './generate.ts';
import type { Ideal } from './ideal.ts';

/** How many definitions are run; 10,000 are for an evening. Fewer where every run goes through many executions. */
const RUNS = Number(process.env['BATON_RANDOM_RUNS'] ?? (SUGGEST_AFTER === undefined ? 300 : 100));

/** The first seed; each definition has a seed of its own. */
const FIRST = Number(process.env['BATON_RANDOM_SEED'] ?? 1);

/** Seeds that failed once. */
const KEPT: readonly number[] = [];

/** Runs at the same time. */
const AT_ONCE = 20;

/** Kinds of tasks that must have been executed. */
const KINDS =
  'do set switch for fork try raise wait listen emit call-http call-agent call-human run-workflow'.split(' ');

let stack: Stack;
let scenario: Scenario;
let played: Played;
beforeAll(async () => {
  // As many requests as it takes, and a memory: without one a worker loses local activities of a run when it is busy with others.
  stack = await startStack({ cache: 100, env: { BATON_API_REQUESTS_PER_MINUTE: '1000000' } });
  scenario = createScenario(stack.apiUrl);
  played = await playCounterparts(scenario);
});
afterAll(async () => {
  await played.stop();
  await stack.stop();
});

/** How one definition came out. */
interface Tried {
  readonly seed: number;
  readonly ideal: Ideal | null;
  /** What differs; null when nothing does. */
  readonly difference: string | null;
}

async function tried(seed: number): Promise<Tried> {
  const tasks = tasksOf(seed, played);
  const name = await scenario.publish(tasks);
  const id = textOf(objectOf(await scenario.start(name, { n: seed % 10 })), 'id');
  const ideal = await idealOfRun(stack.ownerUrl, id);
  if (ideal === null) {
    await scenario.call(`POST /v1/runs/${id}/terminate`, { json: {} });
    return { seed, ideal, difference: null };
  }
  return { seed, ideal, difference: await differenceOf(scenario, { id, seed, tasks }, ideal) };
}

/**
 * What runs have told. Not when, since the times of a workflow task that failed are those of its last attempt in a replay; and
 * not at which positions, since what was corrected once is told right at once when it is told again.
 */
function told({ events }: Projections): readonly unknown[] {
  return events.flatMap(({ run_id: run, seq, type, hash }) =>
    Number(seq) < 0 ? [] : [[run, seq, type, hash]],
  );
}

describe('random definitions', () => {
  it(
    verifies('LANG-6', 'end on Temporal as the interpreter alone says'),
    async () => {
      const seeds = [...KEPT, ...Array.from({ length: RUNS }, (_, n) => FIRST + n)];
      const results: Tried[] = [];
      const work = async (): Promise<void> => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
          results.push(await tried(seed));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
      for (const { ideal } of results)
        for (const [kind, count] of ideal?.kinds ?? []) counts[kind] = (counts[kind] ?? 0) + count;
      const skipped = results.filter(({ ideal }) => ideal === null).length;
      process.stdout.write(
        `${results.length} random definitions, ${skipped} of them wait for ever; steps begun: ${JSON.stringify(counts)}\n`,
      );
      expect(results.flatMap(({ difference }) => difference ?? [])).toEqual([]);
      expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
      expect(skipped).toBeLessThan(results.length / 10);
    },
    30_000 + RUNS * 2_000,
  );

  it(
    verifies('DURABLE-10', 'replay to the same events'),
    async () => {
      await stack.worker.stop();
      const before = await projectionsIn(stack);
      await emptyProjections(stack);
      const { code, lines } = await rebuild(stack);
      expect([code, lines.at(-1)]).toEqual([
        0,
        expect.stringMatching(/ runs rebuilt, 0 without .*, 0 failed$/),
      ]);
      expect(told(await projectionsIn(stack))).toEqual(told(before));
    },
    60_000 + RUNS * 500,
  );
});
