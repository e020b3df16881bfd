import type { Json } from '@baton/core';
import { z } from 'zod';
import type { ParsedConfig } from '../adapter.ts';
import { parseBySchema, textField, urlField } from '../wire/config-schema.ts';

const configSchema = z.strictObject({
  endpoint: urlField("the base URL of Dify's Service API")
    .refine(
      (url) => url.endsWith('/v1'),
      'Give the base URL of the Service API, which ends in /v1, such as https://api.dify.ai/v1.',
    )
    .describe('Base URL of the Service API; ends in /v1.'),
  app: z
    .enum(['chat', 'completion', 'workflow'], 'Use chat, completion or workflow.')
    .describe('Kind of the app: chat is also for Chatflow and Agent apps.'),
  apiKey: textField("the app's API key, such as $secrets.dify").describe('API key of the app.'),
  user: textField('the name of the user')
    .optional()
    .describe(
      'End user that Dify knows the calls by; conversations belong to one user, so give it where a session outlives a run. ' +
        "Default: the run's id.",
    ),
});

/** The config of an app on Dify, checked. */
export type DifyConfig = z.output<typeof configSchema>;

/** Checks the config of a Dify app; every problem is reported at once. */
export function parseDifyConfig(config: Json): ParsedConfig<DifyConfig> {
  return parseBySchema(configSchema, config);
}
