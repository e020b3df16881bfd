import { createLogger, createMetrics } from '@baton/telemetry';
import { describe, expect, it } from '@jest/globals';
import { createEnvironmentSecrets } from './environment-secrets.ts';
import { connect, createParts, stopAll, type Parts } from './run-worker.ts';
import { readSettings } from './settings.ts';

/** Parts of which nothing can be reached: port 1 is nobody's. */
function partsInTheDark(lines: string[] = []): Parts {
  const settings = readSettings({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  });
  const logger = createLogger({ service: 'worker', destination: { write: (line) => void lines.push(line) } });
  return createParts(settings, {
    logger,
    metrics: createMetrics(),
    secrets: createEnvironmentSecrets({}),
    environment: {},
  });
}

describe('createParts()', () => {
  it('makes everything without reaching for anything', async () => {
    const lines: string[] = [];
    await expect(stopAll(partsInTheDark(lines))).resolves.toBeUndefined();
    expect(lines).toEqual([]);
  });
});

describe('connect()', () => {
  it('connects to nothing when the process is stopping already', async () => {
    const parts = partsInTheDark();
    expect(await connect(parts, AbortSignal.abort())).toBeNull();
    await stopAll(parts);
  });

  it('says that Temporal cannot be reached and where, and gives up only when the process stops', async () => {
    const lines: string[] = [];
    const parts = partsInTheDark(lines);
    const stopping = new AbortController();
    const connecting = connect(parts, stopping.signal);
    while (lines.length === 0) await new Promise(setImmediate);
    stopping.abort();
    expect(await connecting).toBeNull();
    expect(lines[0]).toContain('"event":"temporal.unreachable"');
    expect(lines[0]).toContain('"address":"127.0.0.1:1"');
    await stopAll(parts);
  });
});
