import { isObject, jsonSchemaProblems, own, type Json } from '@baton/core';
import { z } from 'zod';
import type { ParsedConfig } from '../adapter.ts';
import { parseBySchema, textField, urlField } from '../wire/config-schema.ts';

/** Parameters that Baton writes itself, or whose answers it does not read, and what to do instead. */
const RESERVED: Readonly<Record<string, string>> = {
  model: 'give it as model of the config',
  messages: 'they are the input of the agent',
  input: 'it is the input of the agent',
  instructions: 'give it as system of the config',
  stream: 'give it as stream of the config',
  previous_response_id: 'it is the session of the call',
  conversation: 'a conversation is continued by the session of the call',
  background: 'calls wait for their answer',
  n: 'only one answer is read',
  tools: 'give them as tools of the config',
  tool_choice: 'the model chooses among the tools of the config',
  functions: 'give tools of the config instead',
};

const parameters = z.record(z.string(), z.json()).superRefine((given, context) => {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(RESERVED, name)) continue;
    context.addIssue({ code: 'custom', path: [name], message: `Leave this out: ${RESERVED[name] ?? ''}.` });
  }
});

const schema = z.record(z.string(), z.json(), 'Give a JSON Schema.').superRefine((given, context) => {
  for (const { pointer, message } of jsonSchemaProblems(given)) {
    const path = pointer.split('/').slice(1);
    context.addIssue({
      code: 'custom',
      path: path.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')),
      message,
    });
  }
});

const output = z.strictObject({
  schema: schema.describe('JSON Schema of the output. The reply is parsed as JSON.'),
  strict: z
    .boolean('Give true or false.')
    .default(true)
    .describe(
      'Whether the model is held to the schema. Default true; false for schemas that the API refuses then ' +
        '(OpenAI wants every property required and no additional ones).',
    ),
});

const tool = z.strictObject({
  name: z
    .string('Give the name of the tool.')
    .regex(/^[\w-]{1,64}$/, 'A tool has 1 to 64 letters, digits, "_" and "-" as its name.')
    .describe('What the model calls it.'),
  description: z
    .string('Say what the tool does.')
    .max(10_000)
    .optional()
    .describe('What the model is told of it.'),
  parameters: schema.optional().describe('JSON Schema of the arguments. Default: any object.'),
  agent: textField('the name of the agent that is called').describe(
    'Registered agent that is called with the arguments as its input.',
  ),
  version: textField('a version or range of the agent')
    .optional()
    .describe('Version or range of that agent; pinned when a run starts. Default: the newest.'),
});

const tools = z
  .array(tool, 'Give a list of tools.')
  .max(128, 'Give 128 tools at most.')
  .default([])
  .superRefine((given, context) => {
    for (const [index, { name }] of given.entries()) {
      if (given.findIndex((other) => other.name === name) === index) continue;
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `There is a tool "${name}" already.`,
      });
    }
  });

const configSchema = z
  .strictObject({
    endpoint: urlField('the base URL of the API')
      .refine(
        (url) => /\/v\d+[a-z]*\d*(?:\/openai)?$/.test(url),
        'Give the base URL of the API, which ends in /v1, such as https://api.openai.com/v1.',
      )
      .describe('Base URL of the API, without the name of a call; ends in /v1 (or another version).'),
    model: textField('the name of the model').describe('Name of the model, as the API knows it.'),
    apiKey: textField("the API's key, such as $secrets.openai")
      .optional()
      .describe('Key of the API, sent as a bearer token. Default: none is sent.'),
    api: z
      .enum(['chat', 'responses'], 'Use chat or responses.')
      .default('chat')
      .describe(
        'Which of the two APIs is called: chat completions (default; what compatible servers have) or responses, ' +
          'which keep sessions.',
      ),
    system: z
      .string('Give the text of the instructions.')
      .min(1, 'Give the text of the instructions, or leave it out.')
      .optional()
      .describe(
        'Instructions that come before the input. Sent as it is written: expressions are not evaluated.',
      ),
    stream: z
      .boolean('Give true or false.')
      .default(true)
      .describe(
        'Whether the answer is streamed, so that its text is seen while it is written. Default true.',
      ),
    tools: tools.describe('Other registered agents that the model may call while it answers.'),
    parameters: parameters
      .default({})
      .describe('Merged into the request as it is: temperature, max_completion_tokens, reasoning_effort …'),
    output: output.optional().describe('Asks for JSON of a schema; the output is then the parsed JSON.'),
  })
  .superRefine((config, context) => {
    if (config.output === undefined) return;
    const message = 'output asks for a format already; give one of the two.';
    if (Object.hasOwn(config.parameters, 'response_format'))
      context.addIssue({ code: 'custom', path: ['parameters', 'response_format'], message });
    const text = own(config.parameters, 'text') ?? null;
    if (isObject(text) && Object.hasOwn(text, 'format'))
      context.addIssue({ code: 'custom', path: ['parameters', 'text', 'format'], message });
  });

/** The config of a model behind an API that is OpenAI's, or compatible with it, checked. */
export type OpenaiConfig = z.output<typeof configSchema>;

/** Checks the config of an OpenAI agent; every problem is reported at once. */
export function parseOpenaiConfig(config: Json): ParsedConfig<OpenaiConfig> {
  return parseBySchema(configSchema, config);
}
