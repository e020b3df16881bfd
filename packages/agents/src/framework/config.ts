import type { Json } from '@baton/core';
import { z } from 'zod';
import type { ParsedConfig } from '../adapter.ts';
import { parseBySchema } from '../wire/config-schema.ts';
import { moduleProblem } from './module-name.ts';

/** Longest heap of one agent, in MiB. */
const MOST_MEMORY_MB = 65_536;

/** A list of packages to install: names and versions, and no option or address of an installer. */
const REQUIREMENT =
  /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:\[[\w., -]+\])?(?: ?(?:===?|[<>~!]=|[<>]) ?[\w.*+!-]+(?: ?, ?(?:===?|[<>~!]=|[<>]) ?[\w.*+!-]+)*)?$/;

const limits = z
  .strictObject({
    memoryMb: z
      .int('Give a whole number of MiB.')
      .min(64, 'A framework needs 64 MiB at the least.')
      .max(MOST_MEMORY_MB, `Give at most ${MOST_MEMORY_MB} MiB.`)
      .default(512)
      .describe('Memory of the process the agent runs in, in MiB. Default 512.'),
  })
  .prefault({})
  .describe('What the process of the agent may use.');

const sameForAll = {
  export: z
    .string('Give the name of what the module exports.')
    .max(200)
    .regex(
      /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/,
      'This is no name of an export: use letters, digits and "_", and "." for what is inside of an export.',
    )
    .default('default')
    .describe(
      'The agent, or a function or class that makes it of the parameters. Default: the default export.',
    ),
  parameters: z
    .record(z.string(), z.json(), 'Give an object, such as { "model": "small", "key": "$secrets.model" }.')
    .default({})
    .describe('Handed to the function that makes the agent.'),
  limits,
};

const node = z.strictObject({
  runtime: z.literal('node').describe('The agent runs in Node.'),
  framework: z
    .enum(['langchain', 'langgraph'], 'In Node use "langchain" or "langgraph".')
    .describe('What the agent is made with.'),
  module: moduleField('node'),
  ...sameForAll,
  requirements: z
    .never('In Node the packages of an agent are those in node_modules beside it; leave this out.')
    .optional(),
});

const python = z.strictObject({
  runtime: z.literal('python').describe('The agent runs in Python.'),
  framework: z
    .enum(
      ['crewai', 'agno', 'langchain', 'langgraph', 'llamaindex'],
      'In Python use "crewai", "agno", "langchain", "langgraph" or "llamaindex".',
    )
    .describe('What the agent is made with.'),
  module: moduleField('python'),
  ...sameForAll,
  requirements: z
    .array(
      z
        .string('Give a package, such as "crewai==1.15.30".')
        .max(200)
        .regex(REQUIREMENT, 'Give a name and versions, such as "crewai==1.15.30" or "llama-index>=0.14,<1".'),
      'Give a list of packages, such as ["crewai==1.15.30"].',
    )
    .max(50, 'Name at most 50 packages.')
    .optional()
    .describe('Packages that the agent needs beside its framework.'),
});

const configSchema = z.discriminatedUnion('runtime', [node, python], 'Give runtime: "node" or "python".');

/** The config of an agent that is a module of a framework, checked. */
export type FrameworkConfig = z.output<typeof configSchema>;

/** Checks the config of a framework agent; every problem is reported at once. */
export function parseFrameworkConfig(config: Json): ParsedConfig<FrameworkConfig> {
  return parseBySchema(configSchema, config);
}

function moduleField(runtime: 'node' | 'python'): z.ZodType<string, string> {
  return z
    .string('Give the module: a file, a package, or "artifact:" and the SHA-256 of an artifact.')
    .superRefine((text, context) => {
      const message = moduleProblem(text, runtime);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .describe('A file below the folder of agents, a package, or artifact:<sha256>.');
}
