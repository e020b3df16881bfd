import type { Logger } from '@baton/telemetry';
import { Runtime } from '@temporalio/worker';

/** Temporal's own log lines become ours; its own signal handlers stay out of the way. Once per process. */
export function installRuntime(log: Logger): void {
  Runtime.install({
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
