import { isObject, own, type Json } from '@baton/core';
import { z } from 'zod';
import { compileTemplate, type CompiledTemplate, type TemplatePlace } from '../template.ts';
import { expression } from './polling-config.ts';

/** How an answer is read that the agent sends later. Expressions see what it has sent. */
export interface CallbackConfig {
  /** Instead of `response.output`; null: as there. */
  readonly output: CompiledTemplate | null;
  /** Null: nothing counts as failed. */
  readonly failedWhen: CompiledTemplate | null;
}

/** The block `callback` of a config; an empty one is enough. */
export const callbackSchema = z.strictObject({
  output: z.json().optional().describe('The output, from what was sent. Default: response.output.'),
  failedWhen: expression
    .optional()
    .describe('True when what was sent says that it has failed. Default: never.'),
});

/** Compiles the block; null without one. */
export function compileCallback(
  block: Json | undefined,
  report: TemplatePlace['report'],
): CallbackConfig | null {
  if (block === undefined || !isObject(block)) return null;
  const compiled = (key: string): CompiledTemplate | null => {
    const value = own(block, key);
    const place = { variables: ['status', 'headers'], report, pointer: `/callback/${key}` };
    return value === undefined ? null : compileTemplate(value, place);
  };
  return { output: compiled('output'), failedWhen: compiled('failedWhen') };
}
