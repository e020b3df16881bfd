import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ensureNpmPackages } from './vendor-packages.ts';

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
