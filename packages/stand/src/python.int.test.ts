import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findPython } from './python.ts';

async function program(script: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'baton-python-')), 'python3');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('findPython()', () => {
  it('takes the one that the environment names, and knows its version', async () => {
    const command = await program('echo True 3.12.4');
    expect(await findPython({ ...process.env, BATON_PYTHON: command })).toEqual({
      python: { command, version: '3.12.4' },
      missing: null,
    });
  });

  it('says that one is too old', async () => {
    const command = await program('echo False 3.8.1');
    expect(await findPython({ ...process.env, BATON_PYTHON: command })).toEqual({
      python: null,
      missing: `no Python ≥ 3.10 found (${command} is Python 3.8.1)`,
    });
  });

  it('says which parts one lacks', async () => {
    const command = await program('echo "No module named ensurepip" >&2; exit 1');
    expect(await findPython({ ...process.env, BATON_PYTHON: command })).toMatchObject({
      missing: `no Python ≥ 3.10 found (${command} has no venv module)`,
    });
  });

  it('says that one does not answer as a Python does', async () => {
    const broken = await program('exit 3');
    expect(await findPython({ ...process.env, BATON_PYTHON: broken })).toMatchObject({
      missing: `no Python ≥ 3.10 found (${broken} does not answer)`,
    });
    const mute = await program('true');
    expect(await findPython({ ...process.env, BATON_PYTHON: mute })).toMatchObject({ python: null });
  });

  it('looks on PATH when none is named, and says what it has looked for', async () => {
    expect(await findPython({ PATH: '/nowhere' })).toEqual({
      python: null,
      missing: 'no Python ≥ 3.10 found (there is no python3, there is no python)',
    });
  });
});
