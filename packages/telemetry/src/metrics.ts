import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of one process. Names begin with `baton_`; labels never hold ids. */
export interface Metrics {
  /** Answered HTTP requests by `method`, `route` (its operation id) and `status`; seconds. */
  readonly httpRequestSeconds: Histogram<'method' | 'route' | 'status'>;
  /** Open event streams. */
  readonly eventStreams: Gauge;
  /** Streams dropped because their reader did not read. */
  readonly stalledStreams: Counter;
  /** Accepted runs by `kind` (`workflow`, `invocation`). */
  readonly runsAccepted: Counter<'kind'>;
  /** Runs seen to end, by `status`. */
  readonly runsEnded: Counter<'status'>;
  /** Starts that did not reach Temporal and were left to the reconciler. */
  readonly startsDeferred: Counter;
  /** Decisions on human tasks by `result` (`accepted`, `refused`, `replayed`). */
  readonly decisions: Counter<'result'>;
  /**
   * Calls of agents by `agent`, `version` and `outcome` (`succeeded`, `failed`, `cached`, `queued`, `refused`: the circuit is open).
   * An agent that is asked for again after it was `queued` counts again.
   */
  readonly agentCalls: Counter<'agent' | 'version' | 'outcome'>;
  /** 1 while the circuit of an agent version is open, as far as this process knows. */
  readonly agentCircuitOpen: Gauge<'agent' | 'version'>;
  /** Media type of {@link Metrics.render}. */
  readonly contentType: string;
  /** Every metric as text for Prometheus. */
  render(): Promise<string>;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A registry of its own with the process's metrics; Node's defaults are included. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'baton_' });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `baton_${name}`, help, labelNames, registers });
  return {
    httpRequestSeconds: new Histogram({
      name: 'baton_http_request_duration_seconds',
      help: 'Time to answer an HTTP request',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    eventStreams: new Gauge({ name: 'baton_event_streams', help: 'Open event streams', registers }),
    stalledStreams: counter('event_streams_stalled_total', 'Streams dropped because nobody read them'),
    runsAccepted: counter('runs_accepted_total', 'Accepted runs', ['kind']),
    runsEnded: counter('runs_ended_total', 'Runs seen to end', ['status']),
    startsDeferred: counter('run_starts_deferred_total', 'Starts left to the reconciler'),
    decisions: counter('human_task_decisions_total', 'Decisions on human tasks', ['result']),
    agentCalls: counter('agent_calls_total', 'Calls of agents', ['agent', 'version', 'outcome']),
    agentCircuitOpen: new Gauge({
      name: 'baton_agent_circuit_open',
      help: 'Whether calls of an agent version fail at once because its last ones have failed',
      labelNames: ['agent', 'version'],
      registers,
    }),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}
