import { parseArgs } from 'node:util';
import { isObject, parseJson, type JsonObject } from '@baton/core';
import { packageAgent } from './package-agent.ts';

const USAGE = `baton package-agent <file> --framework langchain|langgraph [--export name] [--parameters json]
  [--target lambda|fetch] [--out folder]`;

/** A word of the person in front of the terminal that is wrong. */
class Refusal extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      export: { type: 'string', default: 'default' },
      framework: { type: 'string' },
      parameters: { type: 'string', default: '{}' },
      target: { type: 'string', default: 'fetch' },
      out: { type: 'string', default: 'packaged-agent' },
    },
  });
  const [verb, file, ...others] = positionals;
  if (verb !== 'package-agent' || file === undefined || others.length > 0) throw new Refusal(USAGE);
  if (file.endsWith('.py')) throw new Refusal('Agents in Python cannot be packaged by this version.');
  const { framework, target, out } = values;
  if (framework !== 'langchain' && framework !== 'langgraph') throw new Refusal(USAGE);
  if (target !== 'lambda' && target !== 'fetch') throw new Refusal(USAGE);
  const parameters = parametersOf(values.parameters);
  const written = await packageAgent({ file, export: values.export, framework, parameters, target, out });
  console.log(`${out}: ${written.length} files; its README.md says how it is run and registered.`);
}

function parametersOf(text: string): JsonObject {
  const value = parseJson(text);
  if (isObject(value)) return value;
  throw new Refusal('--parameters is no JSON object.');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
