export { compile, engineVersion } from './program.ts';
export type { CompileOptions, Program, Variables } from './program.ts';
export { JqError, JqLimitError, JqSyntaxError } from './errors.ts';
export type { Json, JsonObject, ReadonlyJson } from './json.ts';
export { defaultLimits } from './limits.ts';
export type { LimitName, Limits } from './limits.ts';
