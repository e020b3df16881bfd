import { isObject, type JsonObject } from '@baton/core';
import {
  beside,
  busy,
  child,
  childOf,
  get,
  LISTEN,
  pinned,
  post,
  replyOf,
  review,
  told,
  type Scenario,
} from './feature-parts-fixture.ts';
import type { Handle } from './stage-fixture.ts';

/** A scenario without effects. */
const plain =
  (...tasks: JsonObject[]): Scenario =>
  (stage) =>
    stage.start(tasks);

const heard =
  (...tasks: JsonObject[]): Scenario =>
  async (stage) => {
    const handle = await stage.start(tasks);
    await handle.signal('event', { type: 'other' });
    await handle.signal('event', { type: 'go', data: 1 });
    return handle;
  };

/** What the language does without calling anybody. */
const LANGUAGE: Readonly<Record<string, Scenario>> = {
  set: plain({ a: { set: { n: 1 } } }, { b: { set: { n: '${ .n + 1 }' } } }),
  do: plain({ inner: { do: [{ a: { set: { n: 1 } } }, { b: { wait: 'PT0.01S' } }] } }),
  switch: plain(
    { pick: { switch: [{ x: { when: 'true', then: 'b' } }] } },
    { a: { wait: 'PT1H' } },
    { b: { set: { n: 1 } } },
  ),
  'for-one-by-one': plain({ loop: { for: { in: '[range(3)]' }, do: [{ nap: { wait: 'PT0.01S' } }] } }),
  'for-windowed': plain({
    loop: {
      for: { in: '[range(5)]' },
      metadata: { baton: { concurrency: 2 } },
      do: [{ nap: { wait: 'PT0.01S' } }],
    },
  }),
  // Commands of several kinds go out in one turn, and two of one kind: neither may change places.
  fork: async ({ effects, start }) => {
    effects.callHttp = async ({ request }) => request.uri;
    effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: { outcome: 'approve' } });
    const { a, b } = { a: post('https://a.example/'), b: post('https://b.example/') };
    return start([beside({ a }, review(), { b }, { nap: { wait: 'PT0.01S' } })]);
  },
  'fork-compete': plain({
    race: { fork: { compete: true, branches: [{ a: { wait: 'PT0.01S' } }, { b: { wait: 'PT1H' } }] } },
  }),
  'try-catch': plain({
    safe: {
      try: [{ no: { raise: { error: { type: 'https://example.com/no', status: 400 } } } }],
      catch: { do: [{ sorry: { wait: 'PT0.01S' } }] },
    },
  }),
  raise: plain({ no: { raise: { error: { type: 'https://example.com/no', status: 400, detail: 'No.' } } } }),
  wait: plain({ nap: { wait: 'PT0.05S' } }),
  listen: heard(LISTEN),
  emit: plain({ say: { emit: { event: { with: { type: 'go', source: 'https://example.com/' } } } } }),
  timeout: plain({
    safe: { try: [{ nap: { wait: 'PT1H', timeout: { after: 'PT0.05S' } } }], catch: {} },
  }),
  'backward-then': plain(
    { count: { set: { n: '${ (.n // 0) + 1 }' } } },
    { nap: { wait: 'PT0.01S' } },
    { again: { switch: [{ more: { when: '.n < 3', then: 'count' } }, { else: { then: 'end' } }] } },
  ),
  'long-turn': plain(
    { loop: { for: { in: '[range(700)]' }, do: [{ a: { set: { n: 1 } } }] } },
    { nap: { wait: 'PT0.01S' } },
  ),
};

async function goesOn(tookMs: number): Promise<{ tookMs: number; goesOn: true }> {
  return { tookMs, goesOn: true };
}

/** Calls of hosts and agents. */
const CALLS: Readonly<Record<string, Scenario>> = {
  'call-http-ordinary': async ({ effects, start }) => {
    effects.callHttp = async () => 'created';
    return start([{ a: post() }]);
  },
  'call-http-local': async ({ effects, start }) => {
    effects.callHttp = async () => 'got';
    return start([{ a: get() }, { b: get() }, { c: get() }]);
  },
  'call-http-handed-over': async ({ effects, start }) => {
    effects.callHttp = async (params) => (params.goesOn ? 'at last' : 'first');
    effects.callHttpLocally = () => goesOn(4_000);
    return start([{ a: get() }, { b: get() }]);
  },
  'call-http-failed': async ({ effects, start }) => {
    effects.callHttp = async () => {
      throw busy();
    };
    return start([{ a: post() }]);
  },
  'try-retry': async ({ effects, start }) => {
    let calls = 0;
    effects.callHttp = async () => {
      calls += 1;
      if (calls < 3) throw busy();
      return 'at last';
    };
    const retry = { delay: 'PT0.01S', limit: { attempt: { count: 5, duration: 'PT1H' } } };
    return start([{ safe: { try: [{ a: post() }], catch: { retry } } }]);
  },
  'call-agent-ordinary': async ({ effects, start }) => {
    effects.invokeAgent = async () => replyOf('written');
    const { tasks, more } = pinned({});
    return start(tasks, more);
  },
  'call-agent-local': async ({ effects, start }) => {
    effects.invokeAgent = async () => replyOf('written');
    const { tasks, more } = pinned({ effects: 'idempotent' });
    return start(tasks, more);
  },
  'call-agent-handed-over': async ({ effects, start }) => {
    effects.invokeAgent = async () => replyOf('written');
    effects.invokeAgentLocally = () => goesOn(4_000);
    const { tasks, more } = pinned({ effects: 'none' });
    return start(tasks, more);
  },
  'call-agent-retried': async ({ effects, start }) => {
    let calls = 0;
    effects.invokeAgent = async () => {
      calls += 1;
      if (calls === 1) throw busy();
      return replyOf('written');
    };
    const { tasks, more } = pinned({});
    return start(tasks, more);
  },
  'call-agent-queued': async (stage) => {
    let key = '';
    let admissions = 0;
    stage.effects.invokeAgent = async ({ idempotencyKey }) => {
      key = idempotencyKey;
      return admissions < 2 ? { kind: 'queued', ahead: 1 } : replyOf('written');
    };
    stage.effects.admitAgentCall = async () => {
      admissions += 1;
      return admissions < 2 ? { kind: 'queued', ahead: 0 } : { kind: 'granted' };
    };
    const { tasks, more } = pinned({ concurrency: { max: 1 } });
    const handle = await stage.start(tasks, more);
    await told(stage, handle, 'run.waiting');
    // A forged signal is looked up, and nothing comes of it.
    await handle.signal('agentCallDue', { key });
    while (admissions < 1) await handle.query('run');
    await handle.signal('agentCallDue', { key });
    return handle;
  },
  'call-agent-queued-canceled': async (stage) => {
    stage.effects.invokeAgent = async () => ({ kind: 'queued', ahead: 1 });
    stage.effects.settleAgentCall = async () => undefined;
    const { tasks, more } = pinned({ concurrency: { perWorkspace: 1 } });
    const handle = await stage.start(tasks, more);
    await told(stage, handle, 'run.waiting');
    await handle.cancel();
    return handle;
  },
  'call-agent-answers-later': async (stage) => {
    let key = '';
    let looks = 0;
    stage.effects.invokeAgent = async ({ idempotencyKey, calledBack }) => {
      key = idempotencyKey;
      if (calledBack === true) looks += 1;
      return looks < 2 ? { kind: 'later', until: '2100-01-01T00:00:00.000Z' } : replyOf('written');
    };
    const { tasks, more } = pinned({ config: { callback: {} } });
    const handle = await stage.start(tasks, more);
    await told(stage, handle, 'run.waiting');
    // A forged signal is looked up, and nothing comes of it.
    await handle.signal('agentCalledBack', { key });
    while (looks < 1) await handle.query('run');
    await handle.signal('agentCalledBack', { key });
    return handle;
  },
  'chain-of-local-calls': async ({ effects, start }) => {
    effects.callHttp = async () => 'got';
    return start([{ many: { for: { in: '[range(14)]' }, do: [{ a: get() }] } }]);
  },
  'local-calls-side-by-side': async ({ effects, start }) => {
    const pace = [3, 1, 4, 1, 5, 9, 2, 6];
    let calls = 0;
    effects.callHttp = async () => {
      calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 10 * (pace[calls % pace.length] ?? 1)));
      return calls;
    };
    const branch = (n: number): JsonObject => ({
      [`b${n}`]: { do: [{ one: get() }, { two: get() }, { three: get() }] },
    });
    const branches = [0, 1, 2, 3].map(branch);
    return start([{ first: get() }, { all: { fork: { branches } } }, { last: get() }]);
  },
};

/** People and child runs. */
const WAITS: Readonly<Record<string, Scenario>> = {
  'human-decided': async (stage) => {
    stage.effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: null });
    const outcomes = [null, { outcome: 'approve' }];
    stage.effects.takeHumanTaskOutcome = async () => outcomes.shift() ?? null;
    const handle = await stage.start([review()]);
    await told(stage, handle, 'human_task.opened');
    // A forged signal is looked up, and nothing comes of it.
    await handle.signal('humanTaskDecided', { humanTaskId: 'task-1', decisionId: 'forged' });
    while (outcomes.length > 1) await handle.query('run');
    await handle.signal('humanTaskDecided', { humanTaskId: 'task-1', decisionId: 'd-1' });
    return handle;
  },
  'call-agent-paused': async (stage) => {
    const { effects } = stage;
    const pause = {
      kind: 'tool_call',
      title: 'Send it?',
      items: [{ id: 'c-1', name: 'send' }],
      resume: 't-1',
    };
    effects.invokeAgent = async ({ resume }) =>
      resume === undefined
        ? { ...replyOf(null), finish: 'pause', pause }
        : replyOf([resume.state, resume.answer]);
    effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: null });
    effects.takeHumanTaskOutcome = async () => ({ outcome: 'approve' });
    const { tasks, more } = pinned({});
    const handle = await stage.start(tasks, more);
    await told(stage, handle, 'human_task.opened');
    await handle.signal('humanTaskDecided', { humanTaskId: 'task-1', decisionId: 'd-1' });
    return handle;
  },
  'call-agent-tools': async ({ effects, start }) => {
    const { tasks, more } = pinned({ tools: { find: { agent: 'writer@2.0.0' } }, limits: { maxSteps: 3 } });
    const items = ['c-1', 'c-2'].map((id) => ({ id, name: 'find', arguments: { id } }));
    const pause = { kind: 'tools', title: 'Finds', items, resume: 1 };
    effects.invokeAgent = async ({ input, resume }) => {
      if (resume !== undefined) return replyOf(resume.answer);
      return isObject(input) && 'id' in input
        ? replyOf(input['id'] ?? null)
        : { ...replyOf(null), finish: 'pause', pause };
    };
    return start(tasks, more);
  },
  'human-decided-before': async ({ effects, start }) => {
    effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: { outcome: 'reject' } });
    return start([review()]);
  },
  'human-expired': async ({ effects, start }) => {
    effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: null });
    effects.expireHumanTask = async () => ({ outcome: 'expired' });
    return start([review({ expires: 'PT0.05S' })]);
  },
  'human-canceled': async (stage) => {
    stage.effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: null });
    stage.effects.cancelHumanTask = async () => undefined;
    const race = { race: { fork: { compete: true, branches: [review(), LISTEN] } } };
    const handle = await stage.start([race]);
    await told(stage, handle, 'human_task.opened');
    await handle.signal('event', { type: 'go' });
    return handle;
  },
  'run-awaited': async ({ effects, start }) => {
    effects.createChildRun = async () => childOf([{ a: { set: { hello: true } } }]);
    return start([child(true)]);
  },
  'run-faulted': async ({ effects, start }) => {
    const error = { type: 'https://example.com/odd', status: 418 };
    effects.createChildRun = async () => childOf([{ no: { raise: { error } } }]);
    return start([child(true)]);
  },
  'run-not-awaited': async ({ effects, start }) => {
    effects.createChildRun = async () => childOf([{ a: { set: { n: 1 } } }]);
    return start([child(false)]);
  },
  'run-canceled': async (stage) => {
    stage.effects.createChildRun = async () => childOf([LISTEN]);
    const handle = await stage.start([child(true)]);
    await told(stage, handle, 'step.waiting');
    await handle.cancel();
    return handle;
  },
};

async function canceled(handle: Handle): Promise<Handle> {
  await handle.signal('cancelReason', 'Enough.');
  await handle.cancel();
  return handle;
}

/** What comes from outside. */
const CONTROL: Readonly<Record<string, Scenario>> = {
  'suspend-resume': async (stage) => {
    stage.effects.callHttp = async () => 'created';
    const handle = await stage.start([LISTEN, { a: post() }]);
    await told(stage, handle, 'run.waiting');
    await handle.signal('suspend');
    await handle.signal('event', { type: 'go' });
    await told(stage, handle, 'run.suspended');
    await handle.signal('resume');
    return handle;
  },
  'suspended-before-it-began': async (stage) => {
    const handle = await stage.start([{ a: { wait: 'PT0.01S' } }], { signal: ['suspend'] });
    await told(stage, handle, 'run.suspended');
    await handle.signal('resume');
    return handle;
  },
  'cancel-of-waits': async (stage) => {
    const handle = await stage.start([beside(LISTEN, { nap: { wait: 'PT1H' } })]);
    await told(stage, handle, 'run.waiting');
    return canceled(handle);
  },
  'cancel-of-a-call': async (stage) => {
    const { promise: called, resolve: call } = Promise.withResolvers<void>();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    stage.effects.callHttp = async () => {
      call();
      await answered;
      return 'too late';
    };
    const handle = await stage.start([{ a: post() }]);
    await called;
    await canceled(handle);
    await told(stage, handle, 'run.canceled');
    answer();
    return handle;
  },
  'cancel-of-a-chain': async (stage) => {
    const { promise: called, resolve: call } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    let calls = 0;
    stage.effects.callHttp = async () => {
      calls += 1;
      if (calls === 5) call();
      if (calls === 5) await asked;
      return calls;
    };
    const handle = await stage.start([{ many: { for: { in: '[range(100)]' }, do: [{ a: get() }] } }]);
    await called;
    await canceled(handle);
    ask();
    return handle;
  },
  'run-timeout': async ({ start }) => {
    const document = { dsl: '1.0.0', namespace: 'content', name: 'publish', version: '1.0.0' };
    const definition = { document, timeout: { after: 'PT0.05S' }, do: [LISTEN] };
    return start([], { definition });
  },
};

/** Everything a run can do within one execution, by the name of its recorded history. */
export const FEATURES: Readonly<Record<string, Scenario>> = { ...LANGUAGE, ...CALLS, ...WAITS, ...CONTROL };
