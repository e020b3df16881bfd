import { startPostgres, startTemporal, type RunningPostgres, type RunningTemporal } from '@baton/stand';

/** The parts this process started by itself, once each, because the environment named none. */
let ownPostgres: Promise<RunningPostgres> | null = null;
let ownTemporal: Promise<RunningTemporal> | null = null;

/**
 * Connects the superuser of a real PostgreSQL to its database `postgres`.
 * `npm test` hands one down in BATON_TEST_POSTGRES_URL; a test file run alone starts one for itself, which ends with
 * {@link stopParts} or, at the latest, with the process.
 */
export async function postgresUrl(): Promise<string> {
  const given = process.env['BATON_TEST_POSTGRES_URL'];
  if (given) return given;
  ownPostgres ??= startPostgres({ fast: true });
  return (await ownPostgres).url;
}

/** `host:port` of a real Temporal server with Baton's search attributes: handed down as BATON_TEST_TEMPORAL_ADDRESS, or started. */
export async function temporalAddress(): Promise<string> {
  const given = process.env['BATON_TEST_TEMPORAL_ADDRESS'];
  if (given) return given;
  ownTemporal ??= startTemporal();
  return (await ownTemporal).address;
}

/** Ends the parts this process started by itself; for `afterAll`. Does nothing when they were handed down. */
export async function stopParts(): Promise<void> {
  const [postgres, temporal] = [ownPostgres, ownTemporal];
  ownPostgres = null;
  ownTemporal = null;
  await (await temporal)?.stop();
  await (await postgres)?.stop();
}
