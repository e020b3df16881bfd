import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isObject, type Json, type JsonObject } from '@baton/core';
import { startAgent, type AgentStandIn, type ReceivedCall } from './agent-stand-in.ts';
import { eventually, textOf } from './http.ts';
import { callAgent, createScenario, type Scenario } from './scenario.ts';
import { startStack, type Stack } from './stack.ts';
import { verifies } from './verifies.ts';

let stack: Stack;
let scenario: Scenario;
let agent: AgentStandIn;
beforeAll(async () => {
  stack = await startStack({ env: { BATON_PUBLIC_URL: process.env['BATON_E2E_API_URL'] } });
  scenario = createScenario(stack.apiUrl);
  agent = await startAgent(() => ({ status: 202, body: { accepted: true } }), { cooperates: false });
});
afterAll(async () => {
  await agent.stop();
  await stack.stop();
});

/** Starts a run whose agent answers later; its calls are those to this path. */
async function started(path: string, more: JsonObject = {}): Promise<string> {
  const name = await scenario.register(`${agent.url}${path}`, {
    config: {
      endpoint: `${agent.url}${path}`,
      callback: { output: '${ .result }', failedWhen: '${ .error != null }' },
    },
    retry: { maxAttempts: 2, initialInterval: 'PT0.1S' },
    ...more,
  });
  const answer = await scenario.start(await scenario.publish([{ ask: callAgent(name) }]));
  return textOf(isObject(answer.body) ? answer.body : {}, 'id');
}

const callTo = (path: string, count = 1): Promise<ReceivedCall> =>
  eventually(
    async () => agent.callsTo(path),
    (calls) => calls.length >= count,
  ).then((calls) => calls[count - 1] ?? Promise.reject(new Error('No call.')));

/** Sends an answer to the API of this stack, whatever host the URL names. */
async function send(call: ReceivedCall, body: Json): Promise<number> {
  const url = new URL(String(call.headers['baton-callback-url']));
  const response = await fetch(new URL(url.pathname, stack.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.status;
}

describe('an agent that answers later', () => {
  it(verifies('AGENT-15', 'answers once to a URL of its own, and no worker waits for it'), async () => {
    const runId = await started('/one');
    const call = await callTo('/one');
    const run = await scenario.reaches(runId, 'waiting');
    expect(run['waitingFor']).toMatchObject([{ kind: 'agent', step: '/do/0/ask' }]);
    expect(await send(call, { result: { text: 'tea' } })).toBe(202);
    expect(await scenario.ended(runId)).toMatchObject({ status: 'completed', output: { text: 'tea' } });
    expect(await send(call, { result: 'again' })).toBe(409);
    expect(agent.callsTo('/one')).toHaveLength(1);
  });

  it(verifies('AGENT-15', 'is asked again when it says that it has failed'), async () => {
    const runId = await started('/two');
    const first = await callTo('/two');
    await scenario.reaches(runId, 'waiting');
    expect(await send(first, { error: 'no tea' })).toBe(202);
    const second = await callTo('/two', 2);
    expect(second.key).toBe(first.key);
    expect(await send(first, { result: 'late' })).toBe(410);
    expect(await send(second, { result: 'tea' })).toBe(202);
    expect(await scenario.ended(runId)).toMatchObject({ status: 'completed', output: 'tea' });
  });

  it(verifies('AGENT-15', 'is asked once though the worker dies meanwhile'), async () => {
    const runId = await started('/three');
    const call = await callTo('/three');
    await scenario.reaches(runId, 'waiting');
    await stack.worker.kill();
    expect(await send(call, { result: 'tea' })).toBe(202);
    await stack.worker.start();
    expect(await scenario.ended(runId)).toMatchObject({ status: 'completed', output: 'tea' });
    expect(agent.callsTo('/three')).toHaveLength(1);
  });

  it(verifies('AGENT-15', 'fails when it does not answer in time, and comes too late then'), async () => {
    const runId = await started('/four', { timeout: 'PT1S', retry: { maxAttempts: 1 } });
    const call = await callTo('/four');
    const run = await scenario.ended(runId);
    expect(run).toMatchObject({ status: 'faulted', error: { status: 408 } });
    expect(await send(call, { result: 'tea' })).toBe(410);
  });

  it(verifies('AGENT-15', 'is not wanted any more once the run is canceled'), async () => {
    const runId = await started('/five');
    const call = await callTo('/five');
    await scenario.reaches(runId, 'waiting');
    await scenario.call(`POST /v1/runs/${runId}/cancel`, { json: {} });
    expect(await scenario.ended(runId)).toMatchObject({ status: 'canceled' });
    expect(await send(call, { result: 'tea' })).toBe(410);
  });
});
