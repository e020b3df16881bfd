import type { Json } from '@baton/core';
import { z } from 'zod';
import type { ParsedConfig } from '../adapter.ts';
import { parseBySchema, textField, urlField } from '../wire/config-schema.ts';

const configSchema = z.strictObject({
  endpoint: urlField("the Agent Server's root, without a path").describe("URL of the Agent Server's root."),
  assistant: textField("the assistant's id or the graph's name").describe(
    'Id of an assistant, or the name of a graph.',
  ),
  apiKey: textField('the API key, such as $secrets.langgraph')
    .optional()
    .describe('Sent as x-api-key. Default: none.'),
  config: z
    .record(z.string(), z.json(), 'Give an object, such as { "recursion_limit": 50, "configurable": {} }.')
    .optional()
    .describe('The config of every run: tags, recursion_limit, configurable.'),
  stream: z
    .boolean('Use true or false.')
    .default(true)
    .describe('Whether messages are told while they come. Default true.'),
});

/** The config of a graph on an Agent Server, checked. */
export type LanggraphConfig = z.output<typeof configSchema>;

/** Checks the config of a graph; every problem is reported at once. */
export function parseLanggraphConfig(config: Json): ParsedConfig<LanggraphConfig> {
  return parseBySchema(configSchema, config);
}
