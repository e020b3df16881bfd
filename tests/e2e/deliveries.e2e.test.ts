// cspell:ignore strin
import { describe, expect, it } from '@jest/globals';
import { startAgent } from './agent-stand-in.ts';
import { eventually, textOf } from './http.ts';
import { ERRORS, callAgent, createScenario, objectOf } from './scenario.ts';
import { startStack } from './stack.ts';
import { historyOf } from './temporal.ts';
import { verifies } from './verifies.ts';

const { call, register, publish, run, start, ended, steps, events } = createScenario();

describe('deliveries to agents', () => {
  it(verifies('AGENT-4', 'end in the problem of the agent when the attempts are used up'), async () => {
    const agent = await startAgent(() => ({ status: 503, body: { sorry: 'overloaded' } }));
    const busy = await register(`${agent.url}/busy`, {
      retry: { maxAttempts: 3, initialInterval: 'PT0.02S' },
    });
    const faulted = await run([{ think: callAgent(busy) }]);
    expect(faulted).toMatchObject({
      status: 'faulted',
      error: { type: `${ERRORS}/communication`, status: 503, instance: '/do/0/think' },
    });
    expect(JSON.stringify(faulted['error'])).toContain('overloaded');
    expect(agent.calls).toHaveLength(3);
    expect(new Set(agent.calls.map(({ key }) => key)).size).toBe(1);
    const [step] = await steps(textOf(faulted, 'id'));
    expect(step).toMatchObject({ status: 'faulted', attempt: 3, attempts: [{}, {}, { attempt: 3 }] });
    await agent.stop();
  });

  it(verifies('AGENT-4', 'are not tried again where that is said or useless'), async () => {
    const agent = await startAgent(({ path }) => ({ status: path === '/never' ? 503 : 400, body: 'no' }));
    const never = await register(`${agent.url}/never`, {
      retry: { nonRetryable: [`${ERRORS}/communication`], initialInterval: 'PT0.02S' },
    });
    expect(await run([{ think: callAgent(never) }])).toMatchObject({
      status: 'faulted',
      error: { status: 503 },
    });
    const wrong = await register(`${agent.url}/wrong`, { retry: { initialInterval: 'PT0.02S' } });
    expect(await run([{ think: callAgent(wrong) }])).toMatchObject({
      status: 'faulted',
      error: { status: 400, instance: '/do/0/think' },
    });
    expect(agent.callsTo('/never')).toHaveLength(1);
    expect(agent.callsTo('/wrong')).toHaveLength(1);
    await agent.stop();
  });

  it(verifies('AGENT-4', 'that turn out slow go on, and reach a harmless agent once'), async () => {
    const agent = await startAgent(async () => {
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      return { body: { slow: true } };
    });
    const slow = await register(`${agent.url}/slow`, { effects: 'idempotent' });
    const ended = await run([{ think: callAgent(slow) }]);
    expect(ended).toMatchObject({ status: 'completed', output: { slow: true } });
    expect(agent.calls).toHaveLength(1);
    const history = await historyOf(ended);
    expect(history.some((event) => event.markerRecordedEventAttributes)).toBe(true);
    expect(history.some((event) => event.activityTaskScheduledEventAttributes)).toBe(true);
    await agent.stop();
  });

  it(
    verifies('AGENT-4', 'wait as long as Retry-After says, and have a key of their own for each visit'),
    async () => {
      const agent = await startAgent((_call, earlier) =>
        earlier === 0 ? { status: 429, body: {}, headers: { 'retry-after': '1' } } : { body: { ok: true } },
      );
      const limited = await register(`${agent.url}/limited`, { retry: { initialInterval: 'PT0.02S' } });
      const twice = await run([
        { first: { set: { n: 0 } } },
        { ask: callAgent(limited, { input: { n: '${ .n }' } }) },
        { more: { set: '${ { n: ($context + 1) } }', export: { as: '($context // 0) + 1' } } },
        { back: { switch: [{ again: { when: '$context < 2', then: 'ask' } }] } },
      ]);
      expect(twice['status']).toBe('completed');
      const asked = agent.calls.map(({ key }) => key);
      expect(asked).toHaveLength(3);
      expect([asked[0] === asked[1], asked[1] === asked[2]]).toEqual([true, false]);
      const list = await events(textOf(twice, 'id'));
      const retrying = list.find(({ type }) => type === 'step.retrying');
      const [at, nextAttemptAt] = ['at', 'nextAttemptAt'].map((key) =>
        Date.parse(textOf(retrying ?? {}, key)),
      );
      const waited = (nextAttemptAt ?? 0) - (at ?? 0);
      expect(waited).toBeGreaterThan(900);
      await agent.stop();
    },
  );

  it(verifies('AGENT-4', 'are local activities only where repeating is harmless'), async () => {
    const agent = await startAgent();
    const timeout = 'PT5S';
    const pure = await register(`${agent.url}/pure`, { effects: 'none', timeout });
    const careful = await register(`${agent.url}/careful`, { effects: 'unknown', timeout });
    const both = await run([{ pure: callAgent(pure) }]);
    const local = (await historyOf(both)).filter((event) => event.activityTaskScheduledEventAttributes);
    expect(local).toEqual([]);
    expect(
      (await historyOf(both)).filter((event) => event.markerRecordedEventAttributes).length,
    ).toBeGreaterThan(0);
    const scheduled = (await historyOf(await run([{ careful: callAgent(careful) }]))).filter(
      (event) => event.activityTaskScheduledEventAttributes,
    );
    expect(scheduled.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name)).toEqual([
      'invokeAgent',
    ]);
    await agent.stop();
  });
});

describe('a chain of local calls', () => {
  it(verifies('RUN-7', 'is canceled before a call that is suddenly slow has ended'), async () => {
    const { promise: slow, resolve: end } = Promise.withResolvers<void>();
    const agent = await startAgent(async ({ body }, earlier) => {
      if (earlier === 3) await slow;
      return { body };
    });
    const name = await register(`${agent.url}/chain`, { effects: 'idempotent' });
    const tasks = [{ chain: { for: { in: '[range(8)]' }, do: [{ one: callAgent(name) }] } }];
    const id = (await start(await publish(tasks))).text('id');
    await eventually(
      async () => agent.calls.length,
      (count) => count > 3,
    );
    expect((await call(`POST /v1/runs/${id}/cancel`)).status).toBe(202);
    // The agent has not answered: nobody waits for it.
    expect(await ended(id)).toMatchObject({ status: 'canceled' });
    expect(agent.calls).toHaveLength(4);
    end();
    await agent.stop();
  });
});

describe('egress', () => {
  const DENIED = [
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fe80::1]/',
    'http://192.168.1.1/',
    'http://0.0.0.0/',
    'http://2852039166/',
  ];

  it(verifies('AGENT-5', 'reaches no link-local and no private address'), async () => {
    const denied = await Promise.all(
      DENIED.map(async (endpoint) => {
        const agent = await register(endpoint, { retry: { maxAttempts: 5, initialInterval: 'PT1M' } });
        const called = await run([{ reach: callAgent(agent) }]);
        const fetched = await run([{ reach: { call: 'http', with: { method: 'get', endpoint } } }]);
        const { healthy } = objectOf(await call(`GET /v1/agents/${agent}/health`));
        return { called, fetched, healthy };
      }),
    );
    const error = { type: `${ERRORS}/authorization`, status: 403, instance: '/do/0/reach' };
    const refused = { status: 'faulted', error };
    const expected = DENIED.map(() => ({ called: refused, fetched: refused, healthy: false }));
    expect(denied).toMatchObject(expected);
  });

  it(verifies('AGENT-5', 'follows no agent to another address'), async () => {
    const agent = await startAgent(() => ({ status: 302, body: {}, headers: { location: DENIED[0] ?? '' } }));
    const sly = await register(`${agent.url}/sly`);
    expect(await run([{ reach: callAgent(sly) }])).toMatchObject({
      status: 'faulted',
      error: { status: 302, instance: '/do/0/reach' },
    });
    const fetched = await run([
      { reach: { call: 'http', with: { method: 'get', endpoint: `${agent.url}/sly`, redirect: true } } },
    ]);
    expect(fetched['status']).toBe('faulted');
    expect(agent.calls).toHaveLength(2);
    await agent.stop();
  });

  it(verifies('AGENT-5', 'reaches loopback in the local profile only'), async () => {
    const stack = await startStack({ env: { BATON_EGRESS_LOOPBACK: 'false' } });
    const own = createScenario(stack.apiUrl);
    const agent = await startAgent();
    const near = await own.register(`${agent.url}/near`);
    expect(await own.run([{ reach: callAgent(near) }])).toMatchObject({
      status: 'faulted',
      error: { type: `${ERRORS}/authorization`, instance: '/do/0/reach' },
    });
    await eventually(
      async () => objectOf(await own.call(`GET /v1/agents/${near}/health`)),
      ({ healthy }) => healthy === false,
    );
    expect(agent.calls).toHaveLength(0);
    await agent.stop();
    await stack.stop();
  });
});
