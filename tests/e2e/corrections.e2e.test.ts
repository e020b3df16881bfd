import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@baton/core';
import { gateCommits } from './commit-gate.ts';
import { eventually, textOf } from './http.ts';
import { ownAgent, ownStack } from './own-parts.ts';
import { projectionsIn } from './projections.ts';
import { callAgent, objectOf, takenBack, type Scenario } from './scenario.ts';
import { readStream, type Frame } from './sse.ts';
import type { Stack } from './stack.ts';
import { historyOf } from './temporal.ts';
import { verifies } from './verifies.ts';

interface Crashed {
  readonly stack: Stack;
  readonly scenario: Scenario;
  readonly runId: string;
  /** Everything a reader gets who was there from the start. */
  readonly stream: Promise<readonly Frame[]>;
}

/**
 * A run whose local call `look` has been answered 1, whose worker has stored that and all that follows from it, and was
 * killed before its first workflow task was over; the next answer will be 2.
 */
async function crashAfterCommit(tasks: readonly JsonObject[]): Promise<Crashed> {
  const { stack, scenario } = await ownStack();
  const agent = await ownAgent((_call, earlier) => ({ body: earlier + 1 }), { cooperates: false });
  // With a time-out this short the call is local.
  const name = await scenario.register(`${agent.url}/look`, { timeout: 'PT5S', effects: 'idempotent' });
  const workflow = await scenario.publish([{ look: callAgent(name) }, ...tasks]);
  const gate = await gateCommits(stack, 'look');
  const run = objectOf(await scenario.start(workflow));
  const runId = textOf(run, 'id');
  const stream = readStream(`${stack.apiUrl}/v1/runs/${runId}/events`, {});
  await gate.reached();
  stack.worker.freeze();
  await gate.open();
  await eventually(
    () => projectionsIn(stack),
    ({ steps }) => steps.some(({ name, output }) => name === 'look' && output === 1),
  );
  await stack.worker.kill();
  await gate.stop();
  const tasksDone = (await historyOf(run, stack.temporalAddress)).filter(
    (event) => event.workflowTaskCompletedEventAttributes,
  );
  expect([tasksDone.length, agent.calls.length]).toEqual([0, 1]);
  return { stack, scenario, runId, stream };
}

/** What every reader must get: each position once, without a gap, and what is superseded named in a correction. */
async function expectTruth({ stack, scenario, runId, stream }: Crashed): Promise<readonly JsonObject[]> {
  const events = await scenario.events(runId);
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  const frames = await stream;
  expect(frames.map(({ id, event }) => [id, event])).toEqual(
    events.map(({ position, type }) => [JSON.stringify(position), type]),
  );
  const superseded = takenBack(events);
  const { events: holding } = await projectionsIn(stack);
  const held = new Set(holding.map(({ position }) => position));
  expect(superseded).toEqual(
    events.map(({ position }) => position).filter((position) => !held.has(position)),
  );
  expect(superseded.length).toBeGreaterThan(0);
  return events;
}

describe('a worker that dies between the commit of its events and the end of its task', () => {
  it(
    verifies('DURABLE-7', 'is corrected when a signal came and a call answered differently'),
    async () => {
      const hear = { hear: { listen: { to: { one: { with: { type: 'go' } } } } } };
      const crashed = await crashAfterCommit([hear]);
      const { stack, scenario, runId } = crashed;
      await scenario.reaches(runId, 'waiting');
      const signal = await scenario.call(`POST /v1/runs/${runId}/signals/go`, { json: { n: 1 } });
      expect(signal.status).toBe(202);
      await stack.worker.start();
      expect(await scenario.ended(runId)).toMatchObject({ status: 'completed', output: [{ n: 1 }] });
      expect(await scenario.steps(runId)).toMatchObject([
        { name: 'look', output: 2, attempt: 1 },
        { name: 'hear', output: [{ n: 1 }] },
      ]);
      const events = await expectTruth(crashed);
      expect(events.filter(({ type }) => type === 'run.corrected')).toHaveLength(1);
    },
    120_000,
  );

  it(
    verifies('DURABLE-7', 'shows no end that Temporal has not agreed to'),
    async () => {
      const error = { type: 'https://example.com/odd', status: 418, title: 'Odd' };
      const crashed = await crashAfterCommit([
        { judge: { switch: [{ odd: { when: '. == 2', then: 'stop' } }, { fine: { then: 'end' } }] } },
        { stop: { raise: { error } } },
      ]);
      const { stack, scenario, runId } = crashed;
      expect(await projectionsIn(stack)).toMatchObject({ runs: [{ provisional: { status: 'completed' } }] });
      expect(await scenario.call(`GET /v1/runs/${runId}`)).toMatchObject({
        body: { status: 'running', output: null, endedAt: null },
      });
      expect((await scenario.events(runId)).map(({ type }) => type)).not.toContain('run.completed');
      await stack.worker.start();
      expect(await scenario.ended(runId)).toMatchObject({ status: 'faulted', output: null, error });
      const types = (await expectTruth(crashed)).map(({ type }) => type);
      expect(types).not.toContain('run.completed');
      expect(types.at(-1)).toBe('run.faulted');
    },
    120_000,
  );
});
