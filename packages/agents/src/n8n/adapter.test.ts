import { afterEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@baton/core';
import type { InvokeContext } from '../adapter.ts';
import { createPlays, failureOf, type Outcome } from '../vendor-stand.ts';
import { createN8nAdapter } from './adapter.ts';
import {
  doneExecution,
  startN8nCounterpart,
  waitingExecution,
  type N8nStandInParams,
} from './n8n-counterpart.ts';

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
  it('needs the public API', () => {
    const parsed = adapter.parseConfig({
      webhookUrl: 'https://n8n.example/webhook/x',
      respond: 'onReceived',
    });
    expect(parsed).toMatchObject({ ok: false, problems: [{ pointer: '/api' }] });
  });

  it('is looked at until it is done', async () => {
    const executions = [
      () => ({ status: 'running' }),
      () => ({ status: 'waiting' }),
      () => doneExecution({ cups: 2 }),
    ];
    const { reply, beats, counterpart } = await play({ config, answer: { executionId: 7 }, executions });
    expect(await reply).toMatchObject({ output: { cups: 2 }, foreignRef: '7' });
    expect(beats[0]).toEqual({ executionId: '7' });
    const { path, headers } = counterpart.calls().at(-1) ?? {};
    expect([path, headers?.['x-n8n-api-key']]).toEqual(['/api/v1/executions/7', 'key-1']);
  });

  it('is not started again when an earlier attempt has', async () => {
    const { reply, counterpart } = await play(
      { config, executions: [() => doneExecution(1, 2)] },
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
      executions: [() => ({ status: 'error', data })],
    });
    expect((await failureOf(failed)).detail).toContain('no kettle');
    expect(failed.beats.at(-1)).toBeNull();
    const stopped = await play({
      config,
      answer: { executionId: '7' },
      executions: [() => ({ status: 'canceled' })],
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
      { config, answer: { executionId: '7' }, executions: [() => ({ status: 'running' })] },
      { signal: caller.signal, heartbeat: () => setImmediate(() => caller.abort()) },
    );
    expect((await failureOf(outcome)).code).toBe('aborted');
    expect(outcome.counterpart.stops?.()).toBe(1);
  });
});

describe('a workflow that waits for a person', () => {
  const config = { respond: 'onReceived' };
  const waiting = (url: string): JsonObject => waitingExecution(url);
  const answer = { outcome: 'approve', action: 'approve', comment: 'Fine.' };

  it('asks with what it has handed to its Wait node, and never shows its URL', async () => {
    const { reply, beats } = await play({ config, executions: [waiting] });
    expect(await reply).toMatchObject({ output: null, finish: 'pause', foreignRef: '7' });
    expect((await reply).pause).toEqual({
      kind: 'approval',
      title: 'Is the tea good?',
      body: '```json\n{\n  "kind": "green"\n}\n```',
      resume: { executionId: '7', node: 'Wait', since: 1 },
    });
    expect(JSON.stringify([await reply, beats])).not.toContain('signature');
  });

  it('may ask for a form', async () => {
    const form = { type: 'object', properties: { cups: { type: 'integer' } } };
    const question = { title: '', body: 'How many?', form };
    const { reply } = await play({ config, executions: [(url) => waitingExecution(url, { question })] });
    expect((await reply).pause).toMatchObject({ kind: 'form', form, title: '' });
  });

  it('waits for others as well: for a time, and for who knows its URL from elsewhere', async () => {
    const executions = [
      (url: string) => waitingExecution(url, { parameters: { resume: 'timeInterval' } }),
      (url: string) => waitingExecution(url, { question: { resumeUrl: null } }),
      () => doneExecution('tea'),
    ];
    expect((await (await play({ config, executions })).reply).output).toBe('tea');
  });

  it('says how it must be set up when its node takes no answer', async () => {
    const parameters = { httpMethod: 'GET' };
    const outcome = await play({ config, executions: [(url) => waitingExecution(url, { parameters })] });
    expect(await failureOf(outcome)).toMatchObject({ code: 'wait_takes_no_answer', retryable: false });
  });

  it('goes on with the answer, once, and asks again at another place', async () => {
    const again = (url: string): JsonObject => waitingExecution(url, { since: 2 });
    const resume = { state: { executionId: '7', node: 'Wait', since: 1 }, answer };
    // The first look after the answer may still find it where it was.
    const first = await plays.play({ config, executions: [waiting, waiting, again] }, { resume });
    expect((await first.reply).pause?.resume).toEqual({ executionId: '7', node: 'Wait', since: 2 });
    expect(first.counterpart.calls().filter(({ path }) => path === '/webhook-waiting/7')).toMatchObject([
      { method: 'POST', body: answer },
    ]);
    const late = await plays.play({ config, executions: [() => doneExecution('tea')] }, { resume });
    expect((await late.reply).output).toBe('tea');
    expect(late.counterpart.calls().map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('takes it well that it was answered a moment ago', async () => {
    const executions = [waiting, () => doneExecution('tea')];
    const resume = { state: { executionId: '7', node: 'Wait', since: 1 }, answer };
    const outcome = await plays.play({ config, executions, answered: true }, { resume });
    expect((await outcome.reply).output).toBe('tea');
    const refused = await plays.play({ config, executions: [waiting], answered: true }, { resume });
    expect(await failureOf(refused)).toMatchObject({ code: 'http_409', retryable: false });
  });

  it('is not asked again when it fails after the answer', async () => {
    const resume = { state: { executionId: '7', node: 'Wait', since: 1 }, answer };
    const outcome = await plays.play(
      { config, executions: [waiting, () => ({ status: 'error' })] },
      { resume },
    );
    expect(await failureOf(outcome)).toMatchObject({ code: 'workflow_failed', retryable: false });
    const lost = await plays.play({ config }, { resume: { state: {}, answer } });
    expect(await failureOf(lost)).toMatchObject({ code: 'invalid_resume' });
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
