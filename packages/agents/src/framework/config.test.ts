import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '@baton/core';
import { parseFrameworkConfig } from './config.ts';
import { readModuleName } from './module-name.ts';

const NODE = { runtime: 'node', framework: 'langgraph', module: 'agents/approval.mjs' };
const PYTHON = { runtime: 'python', framework: 'crewai', module: 'crews.writing' };
const SHA = 'a'.repeat(64);

function problemsOf(config: Json): Readonly<Record<string, string>> {
  const parsed = parseFrameworkConfig(config);
  const problems = parsed.ok ? [] : parsed.problems;
  return Object.fromEntries(problems.map(({ pointer, message }) => [pointer, message]));
}

const modulesRefused = (base: JsonObject, modules: readonly string[]): readonly string[] =>
  modules.filter((module) => problemsOf({ ...base, module })['/module'] !== undefined);

describe('parseFrameworkConfig()', () => {
  it('fills in what is left out', () => {
    expect(parseFrameworkConfig(NODE)).toEqual({
      ok: true,
      config: { ...NODE, export: 'default', parameters: {}, limits: { memoryMb: 512 } },
    });
  });

  it('takes a module of Python with what it needs', () => {
    const config = {
      ...PYTHON,
      export: 'Crews.writing',
      parameters: { key: '$secrets.model' },
      limits: { memoryMb: 2048 },
      requirements: ['crewai[tools]==1.15.30', 'agno >=2.1, <3', 'openai'],
    };
    expect(parseFrameworkConfig(config)).toEqual({ ok: true, config });
  });

  it('names the frameworks of a runtime when the other one has it', () => {
    expect(problemsOf({ ...NODE, framework: 'crewai' })).toEqual({
      '/framework': 'In Node use "langchain" or "langgraph".',
    });
    expect(problemsOf({ ...PYTHON, framework: 'mastra' })['/framework']).toContain('"llamaindex"');
    expect(problemsOf({ ...NODE, runtime: 'ruby' })).toEqual({
      '/runtime': 'Give runtime: "node" or "python".',
    });
  });

  it('takes files below the folder, packages and artifacts', () => {
    const modules = ['a.js', './a/b.mts', 'my-agents', '@acme/agents/writer', `artifact:${SHA}`];
    expect(modulesRefused(NODE, modules)).toEqual([]);
    expect(modulesRefused(PYTHON, ['crews/writing.py', 'crews.writing', `artifact:${SHA}`])).toEqual([]);
  });

  it('refuses modules that lie elsewhere, or are none', () => {
    const elsewhere = [
      '/etc/a.mjs',
      'C:/a.mjs',
      '..\\a.mjs',
      '../a.mjs',
      'a/../../b.mjs',
      'file:///a.mjs',
      'data:text/javascript,1',
      'node:fs',
      'artifact:abc',
      '',
      'a.py',
      'My Agents',
      'a.mjs\0',
      `${'a'.repeat(500)}.mjs`,
    ];
    expect(modulesRefused(NODE, elsewhere)).toEqual(elsewhere);
    expect(modulesRefused(PYTHON, ['a.mjs', '@acme/agents', 'crews-writing'])).toEqual([
      'a.mjs',
      '@acme/agents',
      'crews-writing',
    ]);
  });

  it('refuses requirements that are options or addresses of an installer, and those of Node', () => {
    const requirements = ['--index-url=x', 'a @ https://b.example/c.whl', '-r other.txt', './local', 'a;b'];
    expect(Object.keys(problemsOf({ ...PYTHON, requirements }))).toEqual(
      requirements.map((_, n) => `/requirements/${n}`),
    );
    expect(problemsOf({ ...NODE, requirements: ['langchain'] })['/requirements']).toContain('node_modules');
  });

  it('names everything at once', () => {
    const config = {
      ...NODE,
      framework: 'agno',
      module: '/x',
      export: 'a-b',
      parameters: [],
      limits: { memoryMb: 1 },
      surprise: 1,
    };
    expect(Object.keys(problemsOf(config)).toSorted()).toEqual(
      ['/framework', '/module', '/export', '/parameters', '/limits/memoryMb', '/surprise'].toSorted(),
    );
  });
});

describe('readModuleName()', () => {
  it('tells files, packages and artifacts apart', () => {
    expect([`artifact:${SHA}`, 'a/b.mjs', 'c.py', '@acme/agents'].map(readModuleName)).toEqual([
      { kind: 'artifact', sha256: SHA },
      { kind: 'file', path: 'a/b.mjs' },
      { kind: 'file', path: 'c.py' },
      { kind: 'package', name: '@acme/agents' },
    ]);
  });
});
