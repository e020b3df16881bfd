import { afterEach, describe, expect, it } from '@jest/globals';
import type { Json } from '@baton/core';
import type { InvokeContext } from '../adapter.ts';
import { createPlays, failureOf, type Outcome } from '../vendor-stand.ts';
import { createN8nAdapter } from './adapter.ts';
import { startN8nCounterpart, type N8nStandInParams } from './n8n-counterpart.ts';

const adapter = createN8nAdapter({ pollMs: 1 });
const plays = createPlays(adapter, startN8nCounterpart);
afterEach(() => plays.stop());

const play = (workflow: N8nStandInParams, context: Partial<InvokeContext> = {}): Promise<Outcome> =>
  plays.play(workflow, { input: { topic: 'tea' }, context });

describe('a webhook that waits for its workflow', () => {
  it('gives what it answers', async () => {
    const config = {
      respond: 'lastNode',
      method: 'PUT',
      authentication: { header: { name: 'X-Key', value: 'v' } },
    };
    const { reply, counterpart } = await play({ config, answer: { output: 'done', n: 1 } });
    expect(await reply).toMatchObject({ output: { output: 'done', n: 1 }, text: 'done' });
    expect(counterpart.calls()[0]).toMatchObject({
      method: 'PUT',
      path: '/webhook/tea',
      body: { topic: 'tea' },
      headers: { 'x-key': 'v' },
    });
  });

  it('knows basic and bearer authentication', async () => {
    const ways = [{ basic: { username: 'a', password: 'b' } }, { bearer: { token: 't' } }];
    const sent = await Promise.all(
      ways.map(async (authentication) => {
        const { reply, counterpart } = await play({
          config: { respond: 'responseNode', authentication },
          answer: [],
        });
        await reply;
        return counterpart.calls()[0]?.headers['authorization'];
      }),
    );
    expect(sent).toEqual(['Basic YTpi', 'Bearer t']);
  });
});

describe('a webhook that streams', () => {
  it('fails when a node reports an error', async () => {
    const outcome = await play({ lines: [{ type: 'begin' }, { type: 'error', content: 'no tea' }] });
    expect(await failureOf(outcome)).toMatchObject({ code: 'workflow_failed', retryable: true });
  });

  it('is whole when every node has ended', async () => {
    const lines = [
      { type: 'begin' },
      { type: 'item', content: 'a' },
      { type: 'begin' },
      { type: 'item', content: 'b' },
      { type: 'end' },
    ];
    expect((await failureOf(await play({ lines }))).code).toBe('lost_end');
    expect((await (await play({ lines: [...lines, { type: 'end' }] })).reply).output).toBe('ab');
  });
});

describe('a webhook that answers at once', () => {
  const config = { respond: 'onReceived' };
  const result = (json: readonly Json[]): Json => ({
    id: '7',
    status: 'success',
    data: {
      resultData: {
        lastNodeExecuted: 'Set',
        runData: { Set: [{ data: { main: [json.map((one) => ({ json: one }))] } }] },
      },
    },
  });

  it('needs the public API', () => {
    const parsed = adapter.parseConfig({
      webhookUrl: 'https://n8n.example/webhook/x',
      respond: 'onReceived',
    });
    expect(parsed).toMatchObject({ ok: false, problems: [{ pointer: '/api' }] });
  });

  it('is looked at until it is done', async () => {
    const executions = [{ status: 'running' }, { status: 'waiting' }, result([{ cups: 2 }])];
    const { reply, beats, counterpart } = await play({ config, answer: { executionId: 7 }, executions });
    expect(await reply).toMatchObject({ output: { cups: 2 }, foreignRef: '7' });
    expect(beats[0]).toEqual({ executionId: '7' });
    const { path, headers } = counterpart.calls().at(-1) ?? {};
    expect([path, headers?.['x-n8n-api-key']]).toEqual(['/api/v1/executions/7', 'key-1']);
  });

  it('is not started again when an earlier attempt has', async () => {
    const { reply, counterpart } = await play(
      { config, executions: [result([1, 2])] },
      { lastHeartbeat: { executionId: '7' } },
    );
    expect((await reply).output).toEqual([1, 2]);
    expect(counterpart.received()).toEqual([]);
  });

  it('fails as its execution does', async () => {
    const data = { resultData: { error: { message: 'no kettle' } } };
    const failed = await play({
      config,
      answer: { executionId: '7' },
      executions: [{ status: 'error', data }],
    });
    expect((await failureOf(failed)).detail).toContain('no kettle');
    expect(failed.beats.at(-1)).toBeNull();
    const stopped = await play({
      config,
      answer: { executionId: '7' },
      executions: [{ status: 'canceled' }],
    });
    expect(await failureOf(stopped)).toMatchObject({ code: 'workflow_stopped', retryable: false });
  });

  it('says how it must be set up when it tells no id', async () => {
    const outcome = await play({ config, answer: { message: 'Workflow was started' } });
    expect(await failureOf(outcome)).toMatchObject({ code: 'no_execution_id', retryable: false });
  });

  it('is stopped when it is aborted', async () => {
    const caller = new AbortController();
    const outcome = await play(
      { config, answer: { executionId: '7' }, executions: [{ status: 'running' }] },
      { signal: caller.signal, heartbeat: () => setImmediate(() => caller.abort()) },
    );
    expect((await failureOf(outcome)).code).toBe('aborted');
    expect(outcome.counterpart.stops?.()).toBe(1);
  });
});

describe('health()', () => {
  it('does not start the workflow', async () => {
    const { egress, reply, counterpart } = await play({});
    await reply;
    const parsed = adapter.parseConfig(counterpart.configFor({ kind: 'ok' }));
    if (!parsed.ok) throw new Error('the config should parse');
    await adapter.health?.(parsed.config, { egress, signal: new AbortController().signal });
    expect(counterpart.received()).toHaveLength(1);
  });
});
