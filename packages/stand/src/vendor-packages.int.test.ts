import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ensureNpmPackages, ensurePythonPackages } from './vendor-packages.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-packages-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('ensureNpmPackages()', () => {
  /** A package that needs another which nobody can have. */
  async function madePackage(): Promise<string> {
    const place = join(folder, 'made');
    const manifest = { name: 'made', version: '1.0.0', dependencies: { 'cannot-be-had': '^9.9.9' } };
    await mkdir(place);
    await writeFile(join(place, 'package.json'), JSON.stringify(manifest));
    await promisify(execFile)('npm', ['pack', '--pack-destination', folder, place], { cwd: folder });
    return join(folder, 'made-1.0.0.tgz');
  }

  it('installs packages with what they need hollowed out, once', async () => {
    const home = join(folder, 'home');
    const params = {
      folder: home,
      packages: [await madePackage()],
      hollow: { 'cannot-be-had': 'exports.is = 1;' },
      flags: ['--offline'],
    };
    const { seconds } = await ensureNpmPackages(params);
    const hollow = await readFile(join(home, 'node_modules', 'cannot-be-had', 'index.js'), 'utf8');
    expect([hollow, seconds >= 0]).toEqual(['exports.is = 1;\n', true]);
    await writeFile(join(home, 'mark'), '');
    await ensureNpmPackages(params);
    expect(await readFile(join(home, 'mark'), 'utf8')).toBe('');
    await ensureNpmPackages({ ...params, flags: [...params.flags, '--no-fund'] });
    await expect(readFile(join(home, 'mark'))).rejects.toThrow('ENOENT');
  });

  it('names the log when they cannot be had', async () => {
    const params = {
      folder: join(folder, 'home'),
      packages: [join(folder, 'nothing')],
      flags: ['--offline'],
    };
    await expect(ensureNpmPackages(params)).rejects.toThrow('install.log says why');
  });
});

describe('ensurePythonPackages()', () => {
  const named = process.env['BATON_PYTHON'];
  afterEach(() => {
    if (named === undefined) delete process.env['BATON_PYTHON'];
    else process.env['BATON_PYTHON'] = named;
  });

  /** A Python that makes environments whose pip notes what it is asked for. */
  async function usePython(version: string): Promise<void> {
    const file = join(folder, 'python3');
    const pip = `printf '#!/bin/sh\\necho "$@" >"%s"\\n' "$3/asked" >"$3/bin/pip"; chmod +x "$3/bin/pip"`;
    const venv = `mkdir -p "$3/bin"; ${pip}`;
    await writeFile(file, `#!/bin/sh\nif [ "$1" = -c ]; then echo ${version}; else ${venv}; fi\n`);
    await chmod(file, 0o755);
    process.env['BATON_PYTHON'] = file;
  }

  it('installs into an environment of their own, once', async () => {
    await usePython('True 3.12.4');
    const params = {
      folder: join(folder, 'home'),
      packages: ['graphs==1.0'],
      signal: AbortSignal.timeout(60_000),
    };
    await ensurePythonPackages(params);
    const asked = join(params.folder, 'venv', 'asked');
    expect(await readFile(asked, 'utf8')).toContain(
      'install --quiet --disable-pip-version-check graphs==1.0',
    );
    await writeFile(asked, 'untouched');
    await ensurePythonPackages(params);
    expect(await readFile(asked, 'utf8')).toBe('untouched');
  });

  it('says that there is no Python for them', async () => {
    await usePython('False 3.8.1');
    const params = { folder: join(folder, 'home'), packages: ['graphs==1.0'] };
    await expect(ensurePythonPackages(params)).rejects.toThrow('is Python 3.8.1');
  });
});
