export { createLogger, type LogFields, type Logger, type LoggerParams, type LogLevel } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
