import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createScenario } from './scenario.ts';
import { ROOT } from './markdown.ts';
import { verifies } from './verifies.ts';

const { apiUrl } = createScenario();
const { port } = new URL(apiUrl);

interface Told {
  readonly status: number;
  readonly type: string;
  readonly allowed: string | undefined;
}

/** Asks with a Host and an Origin as only a browser or an attacker would send them. */
function ask(path: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = request(`${apiUrl}${path}`, {
      method,
      headers: { authorization: 'Bearer dev:alice', ...headers },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      resolve({
        status: response.statusCode ?? 0,
        type: response.headers['content-type'] ?? '',
        allowed: response.headers['access-control-allow-origin'],
      });
    });
    sent.end();
  });
}

const REFUSED = { status: 403, type: 'application/problem+json; charset=utf-8', allowed: undefined };
const PATHS = ['/v1/runs', '/healthz', '/openapi.json', '/docs', '/metrics'];

describe('the local profile', () => {
  it(verifies('HTTP-2', 'answers to its own machine by name and address'), async () => {
    const hosts = [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `LOCALHOST:${port}`,
      `[::1]:${port}`,
      'localhost',
    ];
    const answers = await Promise.all(hosts.map((host) => ask('/v1/runs', { host })));
    expect(answers.map(({ status }) => status)).toEqual(hosts.map(() => 200));
  });

  it(verifies('HTTP-2', 'refuses every other Host'), async () => {
    const hosts = [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      `localhost.evil.example`,
      `127.0.0.1@evil.example`,
      `evil.example#127.0.0.1`,
      '127.0.0.2',
      '0.0.0.0',
      '10.0.0.1',
      '[::]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      'localhost:99999999',
    ];
    for (const path of PATHS) {
      const answers = await Promise.all(hosts.map((host) => ask(path, { host })));
      expect([path, answers]).toEqual([path, hosts.map(() => REFUSED)]);
    }
  });

  it(verifies('HTTP-2', 'refuses pages of every origin but its own'), async () => {
    const own = { host: `localhost:${port}`, origin: `http://localhost:${port}` };
    expect(await ask('/v1/runs', own)).toMatchObject({ status: 200, allowed: undefined });
    const origins = [
      'https://evil.example',
      'null',
      '',
      `https://127.0.0.1:${port}`,
      'http://127.0.0.1',
      'http://127.0.0.1:1',
      `http://localhost:${port}`,
      `http://127.0.0.1:${port}.evil.example`,
    ];
    const answers = await Promise.all(
      origins.flatMap((origin) => [
        ask('/v1/runs', { origin }),
        ask('/v1/workflows/any/runs', { origin, 'content-type': 'application/json' }, 'POST'),
        ask('/v1/runs', { origin, 'access-control-request-method': 'POST' }, 'OPTIONS'),
      ]),
    );
    expect(answers).toEqual(answers.map(() => REFUSED));
  });
});

describe('the API process', () => {
  function startWith(env: Readonly<Record<string, string>>): Promise<{ code: unknown; output: string }> {
    const main = join(ROOT, 'apps', 'api', 'src', 'main.ts');
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', main],
        {
          env: { ...process.env, DATABASE_URL: process.env['BATON_E2E_DATABASE_URL'], ...env },
          timeout: 20_000,
        },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, output: `${stdout}${stderr}` }),
      );
    });
  }

  it(verifies('HTTP-2', 'does not start where other machines could reach it'), async () => {
    const hosts = ['0.0.0.0', '::', '192.0.2.7', 'baton.example'];
    const ends = await Promise.all(
      hosts.map((host) => startWith({ BATON_API_HOST: host, BATON_API_PORT: '0' })),
    );
    expect(ends).toEqual(
      hosts.map((host) => ({
        code: 1,
        output: `The API cannot start. BATON_API_HOST: "${host}" can be reached by other machines, and only Keycloak could tell who calls: it arrives with a later version. Listen on 127.0.0.1, ::1 or localhost.\n`,
      })),
    );
  });
});
