import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  ENGINE_VERSION,
  isObject,
  jsonEquals,
  own,
  parseDefinition,
  type Json,
  type NumberedTrace,
  type Task,
  type TaskList,
} from '@baton/core';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type InjectedSinks,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FEATURES } from './features-fixture.ts';
import { LONG_FEATURES } from './long-features-fixture.ts';
import type { BatonSinks } from './messages.ts';
import {
  argumentsOf,
  attributesOf,
  recordedHistories,
  resultOf,
  type RecordedHistory,
} from './recorded-histories-fixture.ts';
import { preloadModules, workflowsPath } from './workflows-path.ts';

const recorded = recordedHistories();
const logger = new DefaultLogger('ERROR', () => undefined);

/** A history that cannot be replayed, with the reason. */
type Refusal = readonly [path: string, reason: string];

/** Replays histories with workflow code; gives those that cannot be replayed, or that end otherwise. */
async function refusals(
  workflowBundle: WorkflowBundleWithSourceMap,
  histories: readonly RecordedHistory[] = recorded,
): Promise<readonly Refusal[]> {
  const told = new Map<string, NumberedTrace>();
  const sinks: InjectedSinks<BatonSinks> = {
    baton: {
      record: {
        callDuringReplay: true,
        fn: ({ workflowId }, events) => {
          for (const event of events) told.set(workflowId, event);
        },
      },
      abandon: { callDuringReplay: false, fn: () => undefined },
    },
  };
  const given = histories.map(({ path, history }) => ({ workflowId: path, history }));
  const refused = new Map<string, string>();
  const seen: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle, sinks }, given)) {
    seen.push(workflowId);
    if (error !== undefined) refused.set(workflowId, error.message);
  }
  expect(seen.toSorted()).toEqual(given.map(({ workflowId }) => workflowId));
  for (const one of histories) {
    // Temporal compares kinds of commands, not what is in them: two calls that changed places show in what comes of them.
    const output = resultOf(one);
    const last = told.get(one.path);
    if (output === undefined || refused.has(one.path)) continue;
    if (last?.type !== 'run.completed' || !jsonEquals(last.output, output))
      refused.set(one.path, `ends with ${JSON.stringify(last)}, not with ${JSON.stringify(output)}`);
  }
  return [...refused];
}

let folder: string;
beforeAll(async () => {
  // What is planted here is told by the tests.
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { filter, forward: {} } } });
  // Inside the package, whose dependencies workflow code needs.
  folder = await mkdtemp(join(dirname(workflowsPath), '../.planted-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bundles the workflow code with one of its files changed, which must have changed it. */
async function planted(file: string, change: (text: string) => string): Promise<WorkflowBundleWithSourceMap> {
  const copy = await mkdtemp(join(folder, 'src-'));
  await cp(dirname(workflowsPath), copy, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  const text = await readFile(join(copy, file), 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(join(copy, file), changed);
  return bundleWorkflowCode({
    workflowsPath: join(copy, 'workflows.ts'),
    preloadModules: preloadModules.map((path) => join(copy, basename(path))),
    logger,
  });
}

/** The recorded histories of these features. */
function of(...features: readonly string[]): readonly RecordedHistory[] {
  return recorded.filter(({ feature }) => features.includes(feature));
}

/** The kinds of all tasks of a list and below. */
function kindsOf(tasks: TaskList): readonly Task['kind'][] {
  return tasks.flatMap(({ task }) => {
    const lists: readonly TaskList[] =
      task.kind === 'do' || task.kind === 'for'
        ? [task.tasks]
        : task.kind === 'fork'
          ? [task.branches]
          : task.kind === 'try'
            ? [task.tasks, task.catch.tasks ?? []]
            : [];
    return [task.kind, ...lists.flatMap(kindsOf)];
  });
}

/** A new kind of task is not forgotten here: the compiler asks for it. */
const KINDS: Readonly<Record<Task['kind'], true>> = {
  do: true,
  set: true,
  switch: true,
  for: true,
  fork: true,
  try: true,
  raise: true,
  wait: true,
  listen: true,
  emit: true,
  'call-http': true,
  'call-agent': true,
  'call-human': true,
  'run-workflow': true,
};

const snapshots = recorded.map((one) => argumentsOf(one)[0] ?? null);
const memberOf = (value: Json, name: string): Json => (isObject(value) ? (own(value, name) ?? null) : null);

describe('temporal/histories', () => {
  it('has a history of every feature, and no history of a feature that nobody knows', () => {
    const features = Object.keys({ ...FEATURES, ...LONG_FEATURES }).toSorted();
    expect([...new Set(recorded.map(({ feature }) => feature))].toSorted()).toEqual(features);
  });

  it('has every kind of task', () => {
    const kinds = snapshots.flatMap((snapshot) => {
      const { definition } = parseDefinition(memberOf(snapshot, 'definition'));
      return definition === undefined ? [] : kindsOf(definition.tasks);
    });
    expect([...new Set(kinds)].toSorted()).toEqual(Object.keys(KINDS).toSorted());
  });

  it('has runs of every version of the interpreter', () => {
    const engines = new Set(snapshots.map((snapshot) => memberOf(snapshot, 'engine')));
    expect(engines).toEqual(new Set(Array.from({ length: ENGINE_VERSION }, (_, n) => n + 1)));
  });

  it('has whole chains of executions', () => {
    const chains = recorded.filter(({ feature }) => Object.hasOwn(LONG_FEATURES, feature));
    for (const { path, events } of chains) {
      const last = events.at(-1) ?? {};
      const next = own(attributesOf(last), 'newExecutionRunId');
      if (typeof next !== 'string') continue;
      const successor = path.replace(/\.(\d+)\.json$/, (_, n: string) => `.${Number(n) + 1}.json`);
      expect(recorded.map((one) => one.path)).toContain(successor);
    }
    const ends = chains.map(({ events }) => own(events.at(-1) ?? {}, 'eventType'));
    const continued = 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW';
    expect(ends.filter((type) => type === continued).length).toBeGreaterThanOrEqual(
      Object.keys(LONG_FEATURES).length,
    );
  });

  it('names no machine, no process and no folder', () => {
    const texts = recorded.map(({ history }) => JSON.stringify(history));
    const names = /\d+@|file:\/\/|node_modules|\.ts:\d+/;
    expect(recorded.filter((_, n) => names.test(texts[n] ?? '')).map(({ path }) => path)).toEqual([]);
    expect(texts.filter((text) => text.includes(hostname()))).toEqual([]);
  });
});

/** How a call goes out as an ordinary activity. */
const CALL = 'deliveriesOf(stage, command, more).ordinary(false)';

describe('the workflow code', () => {
  it('replays every recorded history', async () => {
    expect(await refusals(await bundleWorkflowCode({ workflowsPath, preloadModules, logger }))).toEqual([]);
  }, 120_000);

  it('is caught when it performs the commands of a turn in another order', async () => {
    const reversed = await planted('run.ts', (text) =>
      text.replace('for (const command of commands)', 'for (const command of commands.toReversed())'),
    );
    expect(await refusals(reversed, of('fork', 'set'))).toEqual([
      [expect.stringContaining('/fork.json'), expect.stringContaining('Nondeterminism')],
    ]);
  }, 120_000);

  it('is caught when it performs one command more', async () => {
    const slower = await planted('perform.ts', (text) => text.replace(CALL, `sleep(1).then(() => ${CALL})`));
    expect(await refusals(slower, of('call-http-ordinary', 'human-decided'))).toEqual([
      [expect.stringContaining('/call-http-ordinary.json'), expect.stringContaining('Nondeterminism')],
    ]);
  }, 120_000);

  it('is caught when it waits elsewhere for what was recorded', async () => {
    const hasty = await planted('local-chain.ts', (text) =>
      text.replace('const MOST_CALLS = 10', 'const MOST_CALLS = 11'),
    );
    expect(await refusals(hasty, of('chain-of-local-calls', 'call-http-local'))).toEqual([
      [expect.stringContaining('/chain-of-local-calls.json'), expect.stringContaining('Nondeterminism')],
    ]);
  }, 120_000);

  it('is caught when it makes something else of an answer, which Temporal does not see', async () => {
    const deaf = await planted('perform.ts', (text) =>
      text.replace(CALL, `${CALL}.then((answer) => [answer])`),
    );
    expect(await refusals(deaf, of('call-http-ordinary', 'human-decided'))).toEqual([
      [expect.stringContaining('/call-http-ordinary.json'), expect.stringContaining('not with "created"')],
    ]);
  }, 120_000);
});
