import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '@baton/core';
import { describe, expect, it } from '@jest/globals';
import { textOf, type Answer } from '../http.ts';
import { ownStack, ownTemporal, type OwnServer } from '../own-parts.ts';
import { differenceOf, idealOfRun, signal, type GeneratedRun } from '../random/compare.ts';
import { playCounterparts, type Played } from '../random/counterparts.ts';
import { tasksOf } from '../random/generate.ts';
import { objectOf, type Scenario } from '../scenario.ts';
import type { Stack } from '../stack.ts';
import { verifies } from '../verifies.ts';

const RUNS = Number(process.env['BATON_CHAOS_RUNS'] ?? 200);

/** The first seed of the definitions; random definitions elsewhere have others. */
const FIRST = Number(process.env['BATON_RANDOM_SEED'] ?? 20_001);

/** How long parts are killed, in milliseconds. */
const CHAOS_MS = Number(process.env['BATON_CHAOS_MS'] ?? 60_000);

const tell = (line: string): void => void process.stdout.write(`  chaos: ${line}\n`);

/** Kills parts with SIGKILL, each 5 to 10 seconds after the one before came back, until every one was killed and time is up. */
async function killParts(stack: Stack, temporal: OwnServer, until: number): Promise<number> {
  const parts = [
    { name: 'worker', kills: 0, again: async () => (await stack.worker.kill(), stack.worker.start()) },
    { name: 'API', kills: 0, again: async () => (await stack.api.kill(), stack.api.start()) },
    { name: 'Temporal', kills: 0, again: async () => (await temporal.kill(), temporal.again()) },
  ];
  const kills = (): number => parts.reduce((sum, part) => sum + part.kills, 0);
  while (Date.now() < until || parts.some((part) => part.kills === 0)) {
    await pause(5_000 + Math.random() * 5_000);
    const least = Math.min(...parts.map((part) => part.kills));
    const candidates = parts.filter((part) => part.kills <= least + Math.floor(Math.random() * 2));
    const part = candidates[Math.floor(Math.random() * candidates.length)];
    if (part === undefined) continue;
    await part.again();
    part.kills += 1;
    tell(`${part.name} was killed and is back`);
  }
  return kills();
}

/** Tries until the API answers with a status below 300. */
async function insist(ask: () => Promise<Answer>): Promise<Answer> {
  for (const until = Date.now() + 120_000; ; await pause(200)) {
    const answer = await ask().catch(() => null);
    if (answer !== null && answer.status < 300) return answer;
    if (Date.now() > until) throw new Error(`No answer for two minutes; the last was ${answer?.status}.`);
  }
}

async function startUnderFire(
  scenario: Scenario,
  names: readonly string[],
  played: Played,
): Promise<readonly GeneratedRun[]> {
  const started: GeneratedRun[] = [];
  for (const [index, name] of names.entries()) {
    const seed = FIRST + index;
    const headers = { 'idempotency-key': `chaos-${seed}` };
    const run = await insist(() => scenario.start(name, { n: seed % 10 }, { headers }));
    const id = textOf(objectOf(run), 'id');
    const tasks = tasksOf(seed, played);
    started.push({ id, seed, tasks });
    if (JSON.stringify(tasks).includes('"listen"')) await signal(scenario, id).catch(() => undefined);
    await pause(CHAOS_MS / names.length / 2);
    if (started.length % 50 === 0) tell(`${started.length} of ${names.length} runs are started`);
  }
  return started;
}

/** Whether what reaches the counterparts depends on what comes first. */
function isRacy(tasks: readonly JsonObject[]): boolean {
  return /"fork"|"concurrency":[23]/.test(JSON.stringify(tasks));
}

describe('chaos', () => {
  it(
    verifies('DURABLE-11', 'loses, repeats and distorts nothing'),
    async () => {
      const temporal = await ownTemporal();
      const { stack, scenario } = await ownStack({
        temporalAddress: temporal.address,
        env: { BATON_API_REQUESTS_PER_MINUTE: '1000000' },
      });
      const played = await playCounterparts(scenario);
      const seeds = Array.from({ length: RUNS }, (_, n) => FIRST + n);
      const names: string[] = [];
      for (const seed of seeds) names.push(await scenario.publish(tasksOf(seed, played)));
      const killing = killParts(stack, temporal, Date.now() + CHAOS_MS);
      const started = await startUnderFire(scenario, names, played);
      const kills = await killing;
      tell(`${kills} kills; what is left must come to its end`);
      const problems: string[] = [];
      let endless = 0;
      for (const { id, seed, tasks } of started) {
        const ideal = await idealOfRun(stack.ownerUrl, id);
        if (ideal === null) {
          endless += 1;
          continue;
        }
        // A signal that was refused while a part was away is sent again.
        const difference = await differenceOf(scenario, { id, seed, tasks }, ideal);
        if (difference !== null) problems.push(difference);
        const keys = played.ledger.effects.filter(({ runId }) => runId === id).map(({ key }) => key);
        if (new Set(keys).size !== keys.length) problems.push(`seed ${seed}, run ${id}: an effect twice`);
        if (isRacy(tasks)) continue;
        const strange = keys.filter((key) => !ideal.effects.has(key)).length;
        const missing = [...ideal.effects].filter((key) => !keys.includes(key)).length;
        if (strange + missing > 0)
          problems.push(
            `seed ${seed}, run ${id}: ${strange} effects too many, ${missing} missing\n${JSON.stringify(tasks)}`,
          );
      }
      tell(
        `${started.length - endless} runs came to their end, ${endless} wait for ever, ${problems.length} problems, ${played.ledger.effects.length} effects in ${played.ledger.calls.length} deliveries`,
      );
      expect(problems).toEqual([]);
      expect(endless).toBeLessThan(RUNS / 10);
      expect(kills).toBeGreaterThan(2);
      await played.stop();
    },
    CHAOS_MS * 3 + RUNS * 2_000 + 120_000,
  );
});
