import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AgentRegistrationRequest } from '@baton/contracts';
import { BatonError } from '@baton/sdk';
import { parseRegistration, readDocument } from './demo-examples-codec.ts';

/** Where the example agents are in the files; another port is put in its place. */
const AGENTS_AT = 'http://127.0.0.1:4310/';

/** What {@link publishExamples} needs. */
export interface PublishParams {
  /** The folder with `agents/` and `workflows/`. */
  readonly folder: string;
  /** Port on which the example agents answer. */
  readonly agentsPort: number;
  readonly client: ExamplesClient;
}

/** The part of a client that publishing needs. */
export interface ExamplesClient {
  readonly agents: {
    /** Highest first. */
    readonly versions: (
      name: string,
      page: { limit: number },
    ) => Promise<{ readonly items: readonly KnownVersion[] }>;
    readonly register: (ref: Published, registration: AgentRegistrationRequest) => Promise<Published>;
  };
  readonly workflows: { readonly publish: (ref: Published, content: string) => Promise<Published> };
}

interface KnownVersion {
  readonly version: string;
  readonly archivedAt: string | null;
}

/** A version that is published. */
export interface Published {
  readonly name: string;
  readonly version: string;
}

/**
 * Registers every agent and publishes every workflow of a folder; what is there already stays. Throws a sentence when a
 * workflow is there with other content.
 */
export async function publishExamples(
  params: PublishParams,
): Promise<{ readonly agents: readonly Published[]; readonly workflows: readonly Published[] }> {
  const { folder, agentsPort, client } = params;
  const agents: Published[] = [];
  for (const file of await filesOf(join(folder, 'agents'), '.agent.json')) {
    const content = (await readFile(file, 'utf8')).replaceAll(AGENTS_AT, `http://127.0.0.1:${agentsPort}/`);
    const name = basename(file, '.agent.json');
    agents.push(await register(client.agents, name, parseRegistration(content, file)));
  }
  const workflows: Published[] = [];
  for (const file of await filesOf(join(folder, 'workflows'), '.yaml')) {
    workflows.push(await publish(client.workflows, file));
  }
  return { agents, workflows };
}

async function filesOf(folder: string, ending: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending));
  return names.toSorted().map((name) => join(folder, name));
}

/** Versions never change: a registration that differs from the highest version (another port) becomes the next one. */
async function register(
  agents: ExamplesClient['agents'],
  name: string,
  registration: AgentRegistrationRequest,
): Promise<Published> {
  const highest = await highestOf(agents, name);
  if (highest === null) return agents.register({ name, version: '1.0.0' }, registration);
  const next = { name, version: nextPatch(highest.version) };
  if (highest.archivedAt !== null) return agents.register(next, registration);
  try {
    return await agents.register({ name, version: highest.version }, registration);
  } catch (error) {
    if (!(error instanceof BatonError) || error.status !== 409) throw error;
    return agents.register(next, registration);
  }
}

async function highestOf(agents: ExamplesClient['agents'], name: string): Promise<KnownVersion | null> {
  try {
    return (await agents.versions(name, { limit: 1 })).items[0] ?? null;
  } catch (error) {
    if (error instanceof BatonError && error.status === 404) return null;
    throw error;
  }
}

function nextPatch(version: string): string {
  const [major = '1', minor = '0', patch = '0'] = version.split(/[-+]/)[0]?.split('.') ?? [];
  return `${major}.${minor}.${Number(patch) + 1}`;
}

async function publish(workflows: ExamplesClient['workflows'], file: string): Promise<Published> {
  const content = await readFile(file, 'utf8');
  const ref = readDocument(content, file);
  try {
    return await workflows.publish(ref, content);
  } catch (error) {
    if (!(error instanceof BatonError) || error.status !== 409) throw error;
    const what = `${ref.name} ${ref.version} is published with other content`;
    throw new Error(`${what}: raise "version" in ${file}.`, { cause: error });
  }
}
