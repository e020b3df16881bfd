import type { Logger } from '@baton/telemetry';
import { Runtime, type RuntimeOptions } from '@temporalio/worker';

/** Nothing of what Temporal's native half would write to the terminal. */
export const SILENT: RuntimeOptions = Object.freeze({ telemetryOptions: { logging: { filter: 'OFF' } } });

/** Temporal's own log lines become ours; its own signal handlers stay out of the way. Once per process. */
export function installRuntime(log: Logger, more: RuntimeOptions = {}): void {
  Runtime.install({
    ...more,
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) => {
        log.info('temporal.log', { level, message, ...meta });
      },
      trace: () => undefined,
      debug: () => undefined,
      info: (message, meta) => {
        log.debug('temporal.info', { message, ...meta });
      },
      warn: (message, meta) => {
        log.warn('temporal.warn', { message, ...meta });
      },
      error: (message, meta) => {
        log.error('temporal.error', { message, ...meta });
      },
    },
  });
}
