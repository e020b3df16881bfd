import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { isObject, own, type AgentReply, type Failure, type Json, type JsonObject } from '@baton/core';
import { createEgress } from '@baton/egress';
import type { AgentRequest, InvokeContext } from '../adapter.ts';
import { contextOf } from '../invoke-context-fixture.ts';
import { failureOf } from '../vendor-stand.ts';
import { createFrameworkAdapter } from './adapter.ts';
import { createNodeAgents, type NodeAgents, type NodeAgentsParams } from './node-agents.ts';

const FIXTURES = join(__dirname, 'fixture-agents');
const WILD = { runtime: 'node', framework: 'langchain', module: 'wild-fixture.ts', export: 'wild' };

const started: NodeAgents[] = [];
const folders: string[] = [];
const egress = createEgress({ policy: { allowLoopback: false } });

afterEach(async () => {
  await Promise.all(started.splice(0).map((agents) => agents.stop()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

interface Wish {
  readonly config?: JsonObject;
  readonly input?: Json;
  readonly request?: Partial<Pick<AgentRequest, 'session' | 'resume'>>;
  readonly context?: Partial<InvokeContext>;
}

type Ask = (wish?: Wish) => Promise<AgentReply>;

function agentsOf(params: Partial<NodeAgentsParams> = {}): Ask {
  const agents = createNodeAgents({
    folder: FIXTURES,
    readArtifact: async () => null,
    environment: { PATH: process.env['PATH'], DATABASE_URL: 'postgres://secret', BATON_SECRET_A: 'a' },
    ...params,
  });
  started.push(agents);
  const adapter = createFrameworkAdapter(agents);
  return ({ config, input = null, request, context } = {}) => {
    const parsed = adapter.parseConfig({ ...WILD, ...config });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const agent = { name: 'wild', version: '1.0.0' };
    return adapter.invoke(
      { agent, config: parsed.config, input, ...request },
      contextOf(egress, { deadlineAt: Date.now() + 30_000, ...context }),
    );
  };
}

const fail = (reply: Promise<AgentReply>): Promise<Failure> => failureOf({ reply });

/** What a reply's output says under a key. */
async function told(reply: Promise<AgentReply>, key: string): Promise<Json | undefined> {
  const { output } = await reply;
  return isObject(output) ? own(output, key) : undefined;
}

const pidOf = async (reply: Promise<AgentReply>): Promise<number> => Number(await told(reply, 'pid'));

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process.
    return false;
  }
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-agents-'));
  folders.push(folder);
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  return folder;
}

describe('the process of an agent', () => {
  it('is asked again while it is warm, and another one is started for other parameters or workspaces', async () => {
    const ask = agentsOf();
    const first = await pidOf(ask());
    expect(await Promise.all([ask(), ask()].map(async (reply) => (await reply).output))).toEqual(
      expect.arrayContaining([{ pid: first, calls: 2 }]),
    );
    const others = [
      await pidOf(ask({ config: { parameters: { other: 1 } } })),
      await pidOf(ask({ context: { workspaceId: 'workspace-2' } })),
    ];
    expect(others).not.toContain(first);
  });

  it('answers one question at a time', async () => {
    const ask = agentsOf();
    const pids = await Promise.all([pidOf(ask()), pidOf(ask()), pidOf(ask())]);
    expect(new Set(pids).size).toBe(3);
  });

  it('gives way at the bound, the one that was asked longest ago first', async () => {
    const ask = agentsOf({ processes: 2 });
    const [a, b] = [{ parameters: { n: 1 } }, { parameters: { n: 2 } }];
    const first = await pidOf(ask({ config: a }));
    const second = await pidOf(ask({ config: b }));
    await ask({ config: { parameters: { n: 3 } } });
    expect([isThere(first), isThere(second)]).toEqual([false, true]);
    expect(await pidOf(ask({ config: b }))).toBe(second);
  });

  it('is waited for while all are busy', async () => {
    const ask = agentsOf({ processes: 1 });
    const pids = await Promise.all([1, 2, 3].map((n) => pidOf(ask({ config: { parameters: { n } } }))));
    expect(pids.filter(isThere)).toHaveLength(1);
  });

  it('ends when nobody has asked for long, and with its worker', async () => {
    const brief = agentsOf({ idleMs: 1 });
    const pid = await pidOf(brief());
    expect(await pidOf(brief())).not.toBe(pid);
    const kept = await pidOf(agentsOf()());
    await Promise.all(started.map((agents) => agents.stop()));
    expect(isThere(kept)).toBe(false);
  });

  it('is another one when a file that the agent was loaded from has changed', async () => {
    const folder = await folderWith({
      'agent.mjs':
        "import { word } from './word.mjs';\nexport default { invoke: async () => ({ word, pid: process.pid }) };",
      'word.mjs': "export const word = 'tea';",
    });
    const ask = agentsOf({ folder });
    const config = { module: './agent.mjs', export: 'default' };
    const first = await ask({ config });
    expect((await ask({ config })).output).toEqual(first.output);
    await writeFile(join(folder, 'word.mjs'), "export const word = 'coffee';");
    expect(await told(ask({ config }), 'word')).toBe('coffee');
  });
});

describe('an agent that misbehaves', () => {
  it('runs out of memory alone', async () => {
    const ask = agentsOf();
    const config = { limits: { memoryMb: 64 } };
    const [failed, fine] = await Promise.all([fail(ask({ config, input: 'hoard' })), ask({ config })]);
    expect([failed.code, failed.retryable, fine.finish]).toEqual(['out_of_memory', true, 'stop']);
    expect(failed.detail).toContain('limits.memoryMb');
  });

  it('ends at its deadline, also in a loop without end', async () => {
    const ask = agentsOf();
    const pid = await pidOf(ask());
    const failed = await fail(ask({ input: 'loop', context: { deadlineAt: Date.now() + 400 } }));
    expect([failed.status, failed.retryable, isThere(pid)]).toEqual([408, true, false]);
  });

  it('ends within two seconds of an abort, though it does not listen', async () => {
    const ask = agentsOf();
    await ask();
    const caller = new AbortController();
    const failed = fail(ask({ input: 'deaf', context: { signal: caller.signal } }));
    setTimeout(() => caller.abort(), 300);
    const since = performance.now();
    expect((await failed).code).toBe('aborted');
    expect(performance.now() - since).toBeLessThan(2_600);
  });

  it('that exits is told of with its last words, without secrets', async () => {
    const secrets = { key: 'a-secret-of-the-run' };
    const config = { parameters: { key: secrets.key } };
    const failed = await fail(agentsOf()({ config, input: 'exit', context: { secrets } }));
    expect([failed.code, failed.retryable]).toEqual(['crashed', true]);
    expect(failed.detail).toMatch(/exit code 7.*the key is \{"key":"\*\*\*"\}/);
  });

  it('may write to its terminal what it likes', async () => {
    expect((await agentsOf()({ input: 'noise' })).output).toBe('said');
  });

  it('gives too much, or what is no JSON', async () => {
    const ask = agentsOf();
    const much = await fail(ask({ input: 'much' }));
    expect([much.code, much.retryable]).toEqual(['too_large', false]);
    const circle = await fail(ask({ input: 'circle' }));
    expect([circle.code, circle.retryable]).toEqual(['not_json', false]);
  });

  it('sees nothing of its worker: no variables, no files outside of its folder', async () => {
    const ask = agentsOf();
    const environment = (await ask({ input: 'environment' })).output;
    expect(Object.keys(isObject(environment) ? environment : {}).toSorted()).toEqual([
      'LANGCHAIN_CALLBACKS_BACKGROUND',
      'PATH',
    ]);
    const failed = await fail(ask({ input: { do: 'read', path: join(__dirname, '../../../../README.md') } }));
    expect([failed.code, /restricted/.test(failed.detail ?? '')]).toEqual(['run_failed', true]);
  });
});

describe('a module that cannot be used', () => {
  const BROKEN = {
    'throws.mjs': "throw new Error('no kettle');",
    'syntax.mjs': 'export default {',
    'lonely.mjs': "import 'package-that-nobody-has';",
    'number.mjs': 'export default 7; export const other = 1;',
    'open.mjs': 'export default { compile: () => 1 };',
    'maker.mjs': "export default () => { throw new Error('no water'); };",
    'quits.mjs': 'process.exit(3);',
  };
  const detailOf = async (ask: Ask, config: JsonObject): Promise<string> => {
    const { detail = '', type, retryable } = await fail(ask({ config: { export: 'default', ...config } }));
    return `${type.split('/').at(-1)} ${retryable} ${detail}`;
  };

  it('is a mistake of the configuration, whose sentence says what to do', async () => {
    const ask = agentsOf({ folder: await folderWith(BROKEN) });
    const graph = { framework: 'langgraph', module: 'maker.mjs' };
    const details = [
      await detailOf(ask, { module: 'throws.mjs' }),
      await detailOf(ask, { module: 'syntax.mjs' }),
      await detailOf(ask, { module: 'lonely.mjs' }),
      await detailOf(ask, { module: 'number.mjs' }),
      await detailOf(ask, { module: 'number.mjs', export: 'tea' }),
      await detailOf(ask, { module: 'open.mjs' }),
      await detailOf(ask, graph),
      await detailOf(ask, { module: 'absent.mjs' }),
      await detailOf(ask, { module: 'package-that-nobody-has' }),
      await detailOf(ask, { module: `artifact:${'0'.repeat(64)}` }),
    ];
    expect(details).toEqual([
      expect.stringMatching(/^configuration false .*throws\.mjs cannot be loaded: Error: no kettle\.$/),
      expect.stringMatching(/^configuration false .*SyntaxError/),
      expect.stringMatching(/^configuration false .*Install packages into node_modules/),
      expect.stringMatching(/^configuration false .*is a number, and no agent/),
      expect.stringMatching(/^configuration false .*exports no "tea"; it exports default, other\.$/),
      expect.stringMatching(/^configuration false .*call \.compile\(\) on it/),
      expect.stringMatching(/^configuration false .*threw when it made the agent: Error: no water\.$/),
      expect.stringMatching(/^configuration false There is no file "absent\.mjs" in the folder of agents/),
      expect.stringMatching(/^configuration false .*Install packages/),
      expect.stringMatching(/^configuration false There is no artifact 0+\.$/),
    ]);
  });

  it('may be tried again when its process ends while it is loaded', async () => {
    const ask = agentsOf({ folder: await folderWith(BROKEN) });
    expect(await detailOf(ask, { module: 'quits.mjs' })).toMatch(/^runtime true .*exit code 3/);
  });

  it('lies outside of the folder by a link', async () => {
    const folder = await folderWith({});
    await symlink(join(FIXTURES, 'wild-fixture.ts'), join(folder, 'link.ts'));
    expect(await detailOf(agentsOf({ folder }), { module: 'link.ts' })).toContain('is a link out of');
  });

  it('is found as an artifact of its workspace', async () => {
    const source = 'export default { invoke: async (input) => input + 1 };';
    const readArtifact: NodeAgentsParams['readArtifact'] = async (workspaceId) =>
      workspaceId === 'workspace-1' ? Buffer.from(source) : null;
    const config = { module: `artifact:${'1'.repeat(64)}`, export: 'default' };
    const ask = agentsOf({ readArtifact });
    expect((await ask({ config, input: 1 })).output).toBe(2);
    expect((await fail(ask({ config, context: { workspaceId: 'workspace-2' } }))).code).toBe(
      'unknown_module',
    );
  });
});
