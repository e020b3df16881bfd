export {
  createEgress,
  type Egress,
  type EgressHead,
  type EgressLimits,
  type EgressParams,
  type EgressResponse,
  type EgressStream,
} from './client.ts';
export type { Resolve } from './connector.ts';
export { EgressError, type EgressErrorCode } from './errors.ts';
export type { EgressRequest } from './exchange.ts';
export type { EgressPolicy } from './guard.ts';
export { parseJsonBounded, type JsonBounds } from './json-codec.ts';
