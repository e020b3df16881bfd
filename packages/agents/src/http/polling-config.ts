import { isObject, own, parseIsoDuration, type Json } from '@baton/core';
import { z } from 'zod';
import { compileTemplate, type CompiledTemplate, type TemplatePlace } from '../template.ts';

/** How an agent that answers at once and works on is looked up. Expressions see the decoded answer, `$status` and `$headers`. */
export interface PollingConfig {
  /** Over the first answer; what is relative is so to the endpoint. Null: the first answer is the last one. */
  readonly statusUrl: CompiledTemplate;
  /** Over each status, until it gives true. */
  readonly doneWhen: CompiledTemplate;
  /** Over each status; null: nothing counts as failed. */
  readonly failedWhen: CompiledTemplate | null;
  /** Over the last status, instead of `response.output`; null: as there. */
  readonly output: CompiledTemplate | null;
  readonly everyMs: number;
}

/** A text that is an expression as a whole. */
export const expression = z
  .string()
  .regex(/^\s*\$\{[^]*\}\s*$/, 'Give an expression over the answer, such as "${ .usage.total }".');

/** Shortest and longest pause between two looks, in milliseconds. */
const [SHORTEST_MS, LONGEST_MS] = [100, 300_000];

const DEFAULT_EVERY = 'PT2S';

const every = z.string('Give a duration such as PT2S.').refine((text) => {
  const ms = parseIsoDuration(text);
  return ms !== null && ms >= SHORTEST_MS && ms <= LONGEST_MS;
}, 'Give a duration from PT0.1S to PT5M, such as PT2S.');

/** The block `async` of a config. */
export const pollingSchema = z.strictObject({
  statusUrl: expression.describe('Where to look, from the first answer: "${ .links.status }".'),
  doneWhen: expression.describe('True once the work is done: "${ .state == \\"done\\" }".'),
  failedWhen: expression.optional().describe('True once it has failed. Default: never.'),
  output: z.json().optional().describe('The output, from the last status. Default: response.output.'),
  every: every
    .optional()
    .describe(`Pause between two looks. Default ${DEFAULT_EVERY}; a Retry-After counts too.`),
});

/** Compiles the block; null without one. Of a block with problems elsewhere whatever can be compiled, so that all are found. */
export function compilePolling(
  block: Json | undefined,
  report: TemplatePlace['report'],
): PollingConfig | null {
  if (block === undefined || !isObject(block)) return null;
  const compiled = (key: string): CompiledTemplate | null => {
    const value = own(block, key);
    const place = { variables: ['status', 'headers'], report, pointer: `/async/${key}` };
    return value === undefined ? null : compileTemplate(value, place);
  };
  const nothing: CompiledTemplate = () => null;
  const pause = own(block, 'every');
  return {
    statusUrl: compiled('statusUrl') ?? nothing,
    doneWhen: compiled('doneWhen') ?? nothing,
    failedWhen: compiled('failedWhen'),
    output: compiled('output'),
    everyMs: parseIsoDuration(typeof pause === 'string' ? pause : DEFAULT_EVERY) ?? SHORTEST_MS,
  };
}
