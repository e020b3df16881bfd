export { ensureDatabase, keepPassword } from './database.ts';
export { freePort, portTaken } from './ports.ts';
export { startPostgres, type RunningPostgres, type StartPostgresOptions } from './postgres.ts';
export { commandOf, isAlive } from './process-facts.ts';
export { findPython, type FoundPython, type Python } from './python.ts';
export { startProcess, tailOf } from './supervised-process.ts';
export type { ProcessEnd, StartProcessParams, SupervisedProcess } from './supervised-process.ts';
export { startTemporal, type RunningTemporal, type StartTemporalOptions } from './temporal.ts';
export { waitUntil, type WaitUntilParams } from './wait-until.ts';
export {
  ensureNpmPackages,
  ensurePythonPackages,
  type InstalledPackages,
  type NpmPackagesParams,
  type PythonPackagesParams,
} from './vendor-packages.ts';
