import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAlive, portTaken } from '@baton/stand';
import { createPlace, pidsOf, startLocal, type LocalStart, type Place } from '../local-start.ts';
import { createScenario } from '../scenario.ts';
import { verifies } from '../verifies.ts';

let place: Place;
const started: LocalStart[] = [];

beforeAll(async () => {
  place = await createPlace(`local-${process.pid}`);
});

afterAll(async () => {
  for (const one of started) one.signal('SIGTERM');
  await Promise.all(started.map(({ exitCode }) => exitCode));
  await rm(place.stateDir, { recursive: true, force: true });
});

function begin(...args: readonly string[]): LocalStart {
  const one = startLocal(place, ...args);
  started.push(one);
  return one;
}

/** What stands after a label at the beginning of a line, the last time. */
function lineOf(output: string, label: string): string {
  const lines = [...output.matchAll(new RegExp(`^ *${label}  +(\\S+)`, 'gm'))];
  return lines.at(-1)?.[1] ?? '';
}

/** Stops it as Ctrl-C does, and sees that nothing is left. */
async function stopWhole(one: LocalStart, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const pids = await pidsOf(place);
  expect(pids.length).toBeGreaterThan(4);
  one.signal(signal);
  expect(await one.exitCode).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  const taken = await Promise.all(place.ports.map(portTaken));
  expect(taken).toEqual(place.ports.map(() => false));
}

describe('npm start', () => {
  it(
    verifies('LOCAL-1', 'takes the demo to its result, holds what it printed, and keeps it over a restart'),
    async () => {
      const first = begin('--demo', '--yes');
      await first.until('Baton stays up');
      const output = first.output();
      const milestones = [
        'Starting PostgreSQL',
        'Starting Temporal',
        'Baton is up.',
        'agent     article-analyst 1.0.0',
        'workflow  publish-article 1.0.0',
        'run.started',
        'agent.usage',
        'human_task.opened',
        'human_task.decided',
        'run.completed',
        'The result:',
        'Temporal UI',
      ];
      const places = milestones.map((text, index) =>
        index === milestones.length - 1 ? output.lastIndexOf(text) : output.indexOf(text),
      );
      expect(places).toEqual(places.toSorted((one, other) => one - other));
      expect(places[0]).toBeGreaterThanOrEqual(0);
      const runUrl = lineOf(output, 'Run');
      const api = createScenario(new URL(runUrl).origin);
      const route = `GET ${new URL(runUrl).pathname}`;
      const run = await api.call(route, { as: 'demo' });
      expect(run.body).toMatchObject({ workflow: 'publish-article', status: 'completed', error: null });
      const uiUrl = lineOf(output, 'Temporal UI');
      expect(run.body).toMatchObject({ links: { temporal: uiUrl } });
      expect((await fetch(uiUrl)).status).toBe(200);
      expect((await fetch(lineOf(output, 'Docs'))).status).toBe(200);
      expect(await readFile(lineOf(output, 'Page'), 'utf8')).toContain('<!doctype html>');
      expect(lineOf(output, 'Page').startsWith(place.stateDir)).toBe(true);

      const second = begin();
      expect(await second.exitCode).toBe(1);
      expect(second.output()).toMatch(
        /^\nBaton runs in this checkout already \(process \d+\), at http:.*\.\n$/,
      );
      const again = begin('--demo', '--yes');
      expect(await again.exitCode).toBe(0);
      expect(again.output()).toContain('run.completed');

      await stopWhole(first, 'SIGINT');
      const restarted = begin();
      await restarted.until('Baton is up.');
      expect((await api.call(route, { as: 'demo' })).body).toEqual(run.body);
      expect(await api.events(run.text('id'))).not.toEqual([]);
      expect((await fetch(uiUrl)).status).toBe(200);
      await stopWhole(restarted, 'SIGTERM');
    },
    300_000,
  );

  it(verifies('LOCAL-1', 'says what keeps it from starting'), async () => {
    const blocked = ['BATON_API_PORT', 'BATON_TEMPORAL_UI_PORT', 'BATON_DEMO_AGENTS_PORT'];
    const servers = await Promise.all(
      blocked.map(async (variable) => {
        const server = createServer((socket) => socket.destroy());
        await new Promise<void>((resolve) =>
          server.listen(Number(place.env[variable]), '127.0.0.1', resolve),
        );
        return server;
      }),
    );
    const taken = begin('--demo', '--yes');
    expect(await taken.exitCode).toBe(1);
    const sentence = (variable: string): unknown =>
      expect.stringMatching(
        new RegExp(`^Port ${place.env[variable]} for .* is taken: set ${variable} to a free one`),
      );
    expect(taken.output().trim().split('\n')).toEqual(blocked.map(sentence));
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    const silent = begin('--demo');
    expect(await silent.exitCode).toBe(1);
    expect(silent.output()).toContain('standard input is no terminal: add --yes');
    const unknown = begin('--demon');
    expect(await unknown.exitCode).toBe(1);
    expect(unknown.output()).toContain('not "--demon"');
  });
});
