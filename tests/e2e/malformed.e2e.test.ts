import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '@baton/core';
import type { Answer, CallOptions } from './http.ts';
import { createTargets, expectRefusals, type Targets } from './refusal.ts';
import { createScenario } from './scenario.ts';
import { startApi } from './stack.ts';
import { verifies } from './verifies.ts';

const scenario = createScenario();
const { call } = scenario;

const JSON_TYPE = { 'content-type': 'application/json' };

let to: Targets;

beforeAll(async () => {
  to = await createTargets(scenario);
});

describe('a malformed request', () => {
  it(verifies('HTTP-1', 'is answered 400 with pointers into its body'), async () => {
    const runs = `POST /v1/workflows/${to.flow}/runs`;
    const decisions = `POST /v1/human-tasks/${to.task}/decisions`;
    const raw = (text: string | Uint8Array): CallOptions => ({ raw: text, headers: JSON_TYPE });
    const deep = `{"input": ${'['.repeat(70)}${']'.repeat(70)}}`;
    const latin = new Uint8Array([...Buffer.from('{"input":"'), 0xe9, 0xff, ...Buffer.from('"}')]);
    await expectRefusals(call, [
      [runs, { json: { colour: 'red', input: 1, tag: {} } }, 400, ['/colour', '/tag']],
      [runs, { json: { priority: 9 } }, 400, ['/priority']],
      [runs, { json: { priority: '1' } }, 400, ['/priority']],
      [runs, { json: { tags: { 'a:b': 'c' } } }, 400, ['/tags/a:b']],
      [runs, { json: { tags: { a: 1 } } }, 400, ['/tags/a']],
      [runs, { json: { tags: { 'a/~b': 1 } } }, 400, ['/tags/a~1~0b']],
      [runs, { json: { version: 'newest', channel: '' } }, 400, ['/version', '/channel']],
      [runs, { json: [] }, 400, ['']],
      [runs, { json: null }, 400, ['']],
      [runs, {}, 400],
      [runs, raw('{"input": '), 400],
      [runs, raw('{"input": 1}}'), 400],
      [runs, raw("{'input': 1}"), 400],
      [runs, raw('\uFEFF{'), 400],
      [runs, raw(latin), 400],
      [runs, raw(deep), 400],
      [runs, raw('['.repeat(200_000)), 400],
      [runs, raw('{"input": {"a": ["x\\u0000y"]}}'), 400, ['/input/a/0']],
      [runs, raw('{"input": "\\ud800"}'), 400, ['/input']],
      [runs, raw('{"input": {"\\udfff": 1}}'), 400, [/^\/input\//]],
      [runs, raw('{"input": 1e999}'), 400, ['/input']],
      [runs, { raw: 'xxxx', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } }, 400],
      [decisions, { json: {}, headers: { 'if-match': to.taskTag } }, 400, ['/action']],
      [decisions, { json: { action: 'approve', by: 'me' } }, 400, ['/by']],
      [`POST /v1/runs/${to.waiting}/cancel`, { json: { why: 'so' } }, 400, ['/why']],
      [`POST /v1/runs/${to.waiting}/suspend`, { json: { reason: 'so' } }, 400, ['/reason']],
      [`POST /v1/workflows/${to.flow}/dry-runs`, { json: { mocks: [] } }, 400, ['/mocks']],
      [`POST /v1/agents/${to.agent}/invocations`, { json: {} }, 400, ['/input']],
      [
        `POST /v1/agents/${to.agent}/invocations`,
        { json: { input: 1, session: '${ . }' } },
        400,
        ['/session'],
      ],
      ['POST /v1/workflows:validate', raw('{"document": '), 400, ['']],
      ['POST /v1/workflows:validate', raw('{"document": {"dsl": "\\u0000"}}'), 400, ['/document/dsl']],
      [`POST /v1/runs/${to.waiting}/signals/go`, cloudEvent({ specversion: '0.3' }), 400],
      [`POST /v1/runs/${to.waiting}/signals/go`, cloudEvent([]), 400],
    ]);
  });

  it(verifies('HTTP-1', 'is answered 400 with the parameter meant'), async () => {
    const cursor = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const at = '2026-01-01T00:00:00.000Z';
    const events = `GET /v1/runs/${to.ended}/events`;
    const accept = { headers: { accept: 'application/json' } };
    await expectRefusals(call, [
      ['GET /v1/runs?limit=0', {}, 400, ['limit']],
      ['GET /v1/runs?limit=201', {}, 400, ['limit']],
      ['GET /v1/runs?limit=-1', {}, 400, ['limit']],
      ['GET /v1/runs?limit=ten', {}, 400, ['limit']],
      ['GET /v1/runs?limit=1&limit=2', {}, 400, ['limit']],
      ['GET /v1/runs?colour=red', {}, 400, ['colour']],
      ['GET /v1/runs?status=done', {}, 400, ['status']],
      ['GET /v1/runs?startedAfter=yesterday', {}, 400, ['startedAfter']],
      ['GET /v1/runs?parent=me', {}, 400, ['parent']],
      ['GET /v1/runs?tag=color', {}, 400, ['tag']],
      ['GET /v1/runs?tag=a:1&tag=a:2', {}, 400, ['tag']],
      ['GET /v1/runs?q=%00', {}, 400, ['q']],
      ['GET /v1/runs?cursor=tomorrow', {}, 400],
      [`GET /v1/runs?cursor=${cursor([at, 'no-id'])}`, {}, 400],
      [`GET /v1/runs?cursor=${cursor([at, `${randomUUID()}\u0000`])}`, {}, 400],
      [`GET /v1/workflows?cursor=${cursor([at, '\u0000'])}`, {}, 400],
      [`GET /v1/runs?cursor=${cursor(['0000-01-01T00:00:00.000Z', randomUUID()])}`, {}, 400],
      [`GET /v1/agents?cursor=${cursor([at, '\u0000'])}`, {}, 400],
      [`GET /v1/human-tasks?cursor=${cursor([at, 'x'])}`, {}, 400],
      [`GET /v1/workflows/${to.flow}/versions?cursor=${cursor(['2026-13-01T00:00:00.000Z', 'x'])}`, {}, 400],
      ['GET /v1/human-tasks?assignee=bob', {}, 400, ['assignee']],
      ['GET /v1/human-tasks?due%3C=soon', {}, 400, ['due<']],
      [`GET /v1/runs/${to.ended}/graph?format=svg`, {}, 400, ['format']],
      [`GET /v1/runs/${to.ended}/steps?depth=1`, {}, 400, ['depth']],
      [`${events}?limit=0`, accept, 400, ['limit']],
      [`${events}?after=-1`, accept, 400, ['after']],
      [`${events}?lastEventId=abc`, {}, 400, ['lastEventId']],
      [events, { headers: { 'last-event-id': 'abc' } }, 400, ['Last-Event-ID']],
      [events, { headers: { 'last-event-id': '-1' } }, 400, ['Last-Event-ID']],
      [`${events}?after=1`, { headers: { accept: 'text/event-stream' } }, 400, ['after']],
    ]);
    const beyond = await call(events, { headers: { 'last-event-id': '999999999999999' } });
    expect(beyond.status).toBe(204);
  });

  it(verifies('HTTP-1', 'has an Idempotency-Key that is refused or ends in one answer'), async () => {
    const runs = `POST /v1/workflows/${to.flow}/runs`;
    const keyed = (key: string, input: Json = 1): CallOptions => ({
      json: { input },
      headers: { 'idempotency-key': key },
    });
    await expectRefusals(call, [
      [runs, keyed(''), 400, ['Idempotency-Key']],
      [runs, keyed('two words'), 400, ['Idempotency-Key']],
      [runs, keyed('"open'), 400, ['Idempotency-Key']],
      [runs, keyed('x'.repeat(256)), 400, ['Idempotency-Key']],
      [runs, keyed('\u00e9'), 400, ['Idempotency-Key']],
    ]);
    const key = randomUUID();
    const first = await call(runs, keyed(key));
    const quoted = await call(runs, keyed(`"${key}"`));
    expect([quoted.text('id'), quoted.headers.get('idempotency-replayed')]).toEqual([
      first.text('id'),
      'true',
    ]);
    await expectRefusals(call, [[runs, keyed(key, 2), 422]]);
    // Keys belong to who sends them, and to one operation.
    const bob = await call(runs, { ...keyed(key), as: 'bob' });
    const dry = await call(`POST /v1/workflows/${to.strict}/runs`, keyed(key, {}));
    expect([bob.status, dry.status, bob.text('id') === first.text('id')]).toEqual([202, 202, false]);
  });
});

describe('an unacceptable request', () => {
  it(verifies('HTTP-1', 'is answered 409, 412, 422 or 428'), async () => {
    const { waiting, task } = to;
    const decisions = `POST /v1/human-tasks/${task}/decisions`;
    const as = 'eve:editor';
    const match = { 'if-match': to.taskTag };
    const approve = { action: 'approve', form: { note: 'x' } };
    await expectRefusals(call, [
      [decisions, { as, json: approve }, 428],
      [decisions, { as, json: approve, headers: { 'if-match': '"other"' } }, 412],
      [decisions, { as, json: { ...approve, subjectHash: 'x' }, headers: match }, 409],
      [decisions, { as, json: { action: 'applaud' }, headers: match }, 422, ['/action']],
      [decisions, { as, json: { action: 'approve' }, headers: match }, 422, ['/form']],
      [`POST /v1/human-tasks/${task}/claim`, { as, headers: { 'if-match': '"other"' } }, 412],
      [`POST /v1/runs/${waiting}/resume`, {}, 409],
      [`POST /v1/runs/${to.ended}/cancel`, {}, 409],
      [`POST /v1/runs/${to.ended}/terminate`, {}, 409],
      [`POST /v1/runs/${to.ended}/suspend`, {}, 409],
      [`POST /v1/runs/${to.ended}/signals/go`, {}, 409],
      [`POST /v1/workflows/${to.strict}/runs`, { json: { input: { n: 'one' } } }, 422, ['/input/n']],
      [`POST /v1/workflows/${to.strict}/runs`, { json: { input: [] } }, 422, ['/input']],
      [`POST /v1/workflows/${to.strict}/dry-runs`, { json: { input: { n: 1.5 } } }, 422, ['/input/n']],
      [`POST /v1/workflows/${to.flow}/runs`, { json: { version: '9.0.0' } }, 422, ['/version']],
      [`POST /v1/workflows/${to.flow}/runs`, { json: { channel: 'beta' } }, 422, ['/channel']],
      [`POST /v1/agents/${to.agent}/invocations`, { json: { input: 1, version: '9' } }, 422, ['/version']],
    ]);
  });

  it(verifies('HTTP-1', 'is not one with preferences that nobody knows'), async () => {
    const runs = `POST /v1/workflows/${to.flow}/runs`;
    const preferring = (prefer: string): Promise<Answer> => call(runs, { json: {}, headers: { prefer } });
    for (const prefer of ['wait=soon', 'wait=-1', 'respond-async', ';;,=', 'wait=99999999999999', 'wait=1.5'])
      expect((await preferring(prefer)).status).toBe(202);
    const longest = await preferring('handling=lenient, wait="100"');
    expect([longest.status, longest.headers.get('preference-applied')]).toEqual([200, 'wait=60']);
  });

  it(verifies('HTTP-1', 'is one too many, and answered 429'), async () => {
    const api = await startApi({ BATON_API_REQUESTS_PER_MINUTE: '3' });
    const own = createScenario(api.url);
    const answers = [];
    for (let n = 0; n < 5; n += 1) answers.push(await own.call('GET /v1/runs'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    const last = answers.at(-1);
    expect(last?.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"default";q=3;w=60');
    expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"default";r=2;t=\d+$/);
    expect((await own.call('GET /v1/runs', { as: 'bob' })).status).toBe(200);
    expect((await own.call('GET /healthz')).status).toBe(200);
    await api.stop();
  });
});

function cloudEvent(json: Json): CallOptions {
  return { raw: JSON.stringify(json), headers: { 'content-type': 'application/cloudevents+json' } };
}
