import type { Json } from '@baton/core';
import { z } from 'zod';
import type { ParsedConfig } from '../adapter.ts';
import { parseBySchema, textField, urlField } from '../wire/config-schema.ts';

const overrideConfig = z.record(z.string(), z.json(), 'Give an object.').superRefine((given, context) => {
  if (!Object.hasOwn(given, 'sessionId')) return;
  const message = 'Leave this out: the session of the call says which conversation goes on.';
  context.addIssue({ code: 'custom', path: ['sessionId'], message });
});

const configSchema = z.strictObject({
  endpoint: urlField('the root URL of the Flowise server')
    .refine(
      (url) => !/\/api(?:\/|$)/.test(url),
      'Give the root URL of the server, without /api: the paths are put after it.',
    )
    .describe('Root URL of the Flowise server, such as https://flowise.example.'),
  chatflow: textField('the id of the chatflow or agentflow')
    .regex(/^[^/?#]*$/, 'Give the id alone, as it stands at the end of the URL of the flow.')
    .describe('Id of the chatflow or agentflow, as it stands in its URL.'),
  apiKey: textField('the API key, such as $secrets.flowise')
    .optional()
    .describe('API key that is assigned to the flow, sent as a bearer token. Default: none is sent.'),
  overrideConfig: overrideConfig
    .optional()
    .describe(
      'Settings of the flow that replace its own, such as vars; the flow must allow it in its security settings. ' +
        'They win over those of an input.',
    ),
  stream: z
    .boolean('Give true or false.')
    .default(true)
    .describe(
      'Whether the answer is streamed, so that its text is seen while it is written. Default true. A flow that cannot ' +
        'stream answers whole all the same.',
    ),
});

/** The config of a flow on Flowise, checked. */
export type FlowiseConfig = z.output<typeof configSchema>;

/** Checks the config of a Flowise agent; every problem is reported at once. */
export function parseFlowiseConfig(config: Json): ParsedConfig<FlowiseConfig> {
  return parseBySchema(configSchema, config);
}
