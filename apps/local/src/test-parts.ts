import { startPostgres, startTemporal } from '@baton/stand';
import type { Terminal } from './terminal.ts';

/** The real parts that tests share, or the sentences that say which could not be had. */
export interface TestParts {
  /** Handed down to the tests: `BATON_TEST_…`. */
  readonly env: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  stop(): Promise<void>;
}

interface Part {
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

async function postgresPart(signal: AbortSignal): Promise<Part> {
  const postgres = await startPostgres({ fast: true, maxConnections: 400, signal });
  return { env: { BATON_TEST_POSTGRES_URL: postgres.url }, stop: () => postgres.stop() };
}

async function temporalPart(signal: AbortSignal, onProgress: (sentence: string) => void): Promise<Part> {
  const temporal = await startTemporal({ signal, onProgress });
  const env = { BATON_TEST_TEMPORAL_ADDRESS: temporal.address, BATON_TEST_TEMPORAL_UI_URL: temporal.uiUrl };
  return { env, stop: () => temporal.stop() };
}

/** Starts PostgreSQL (not synced to disk) and Temporal (in memory) once for all tests. Rejects only when `signal` aborts. */
export async function startTestParts(terminal: Terminal, signal: AbortSignal): Promise<TestParts> {
  const onProgress = (sentence: string): void => terminal.line(`  ${sentence}`);
  const parts: Part[] = [];
  const missing: string[] = [];
  const starts: readonly [string, () => Promise<Part>][] = [
    ['PostgreSQL', () => postgresPart(signal)],
    ['Temporal', () => temporalPart(signal, onProgress)],
  ];
  for (const [name, start] of starts) {
    try {
      parts.push(await terminal.phase(`Starting ${name} for the tests`, start));
    } catch (error) {
      if (signal.aborted) break;
      missing.push(`${name} could not be had: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const stop = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.stop();
  };
  return { env: Object.fromEntries(parts.flatMap((part) => Object.entries(part.env))), missing, stop };
}
