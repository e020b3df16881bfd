import type { Meter } from '../engine/meter.ts';
import type { Json } from '../json.ts';

/** A built-in in TypeScript: one value from the input and the values of its arguments. Throws `JqError`. */
export type Native = (meter: Meter, input: Json, args: readonly Json[]) => Json;

/** Natives by name and number of arguments, such as `has/1`. */
export type NativeTable = Readonly<Record<string, Native>>;
