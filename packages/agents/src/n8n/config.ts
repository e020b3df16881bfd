import type { Json } from '@baton/core';
import { z } from 'zod';
import type { ParsedConfig } from '../adapter.ts';
import { parseBySchema, textField, urlField } from '../wire/config-schema.ts';

const authentication = z
  .strictObject({
    basic: z
      .strictObject({
        username: textField('the user name').describe('User name; without ":".'),
        password: textField('the password, such as $secrets.webhook').describe('Password.'),
      })
      .optional()
      .describe('Basic authentication.'),
    bearer: z
      .strictObject({ token: textField('the token, such as $secrets.webhook').describe('Token.') })
      .optional()
      .describe('A bearer token, such as a JWT.'),
    header: z
      .strictObject({
        name: z
          .string('Give the name of the header.')
          .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'This is not a header name.')
          .describe('Name of the header.'),
        value: textField('the value, such as $secrets.webhook').describe('Value of the header.'),
      })
      .optional()
      .describe('A header with a secret value.'),
  })
  .refine(
    (given) => Object.values(given).filter((way) => way !== undefined).length === 1,
    'Give exactly one of basic, bearer and header.',
  );

const configSchema = z
  .strictObject({
    webhookUrl: urlField("the webhook's production URL").describe(
      'Production URL of the webhook or chat trigger.',
    ),
    method: z
      .enum(['POST', 'PUT', 'PATCH', 'DELETE'], 'Use POST, PUT, PATCH or DELETE, as the webhook has it.')
      .default('POST')
      .describe('Method that the webhook takes. Default POST.'),
    authentication: authentication.optional().describe('As the webhook has it. Default: none.'),
    respond: z
      .enum(
        ['lastNode', 'responseNode', 'stream', 'onReceived'],
        'Use lastNode, responseNode, stream or onReceived, as the webhook has it.',
      )
      .describe(
        'When the webhook answers. With onReceived its response data must be { "executionId": "{{ $execution.id }}" }: ' +
          'that execution is polled.',
      ),
    api: z
      .strictObject({
        endpoint: urlField("the public API's base URL")
          .refine(
            (url) => url.endsWith('/api/v1'),
            'Give the base URL of the public API, which ends in /api/v1.',
          )
          .describe('Base URL of the public API; ends in /api/v1.'),
        apiKey: textField('the API key, such as $secrets.n8n').describe(
          'API key with the scope of executions.',
        ),
      })
      .optional()
      .describe('The public API; needed by onReceived.'),
  })
  .refine(({ respond, api }) => respond !== 'onReceived' || api !== undefined, {
    path: ['api'],
    message: 'A webhook that answers at once tells no result: give the public API, where it is looked up.',
  });

/** The config of an n8n workflow, checked. */
export type N8nConfig = z.output<typeof configSchema>;

/** Checks the config of an n8n workflow; every problem is reported at once. */
export function parseN8nConfig(config: Json): ParsedConfig<N8nConfig> {
  return parseBySchema(configSchema, config);
}

/** The headers that the webhook asks for. */
export function headersOf({ authentication: given }: N8nConfig): Readonly<Record<string, string>> {
  if (given?.bearer !== undefined) return { authorization: `Bearer ${given.bearer.token}` };
  if (given?.header !== undefined) return { [given.header.name.toLowerCase()]: given.header.value };
  if (given?.basic === undefined) return {};
  const { username, password } = given.basic;
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
