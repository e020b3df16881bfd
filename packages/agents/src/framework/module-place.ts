import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { failure } from '@baton/core';
import { AgentFailureError } from '../adapter.ts';
import type { HostModule } from './host/host-protocol.ts';
import { readModuleName } from './module-name.ts';

/** Gives the body of an artifact of a workspace; null when there is none. Rejects when the store is away. */
export type ReadArtifact = (workspaceId: string, sha256: string) => Promise<Uint8Array | null>;

/** What is needed to find modules. */
export interface ModulePlaces {
  /** Real path of the folder of agents. */
  readonly root: string;
  readonly readArtifact: ReadArtifact;
}

/** Finds the module of a config. Throws {@link AgentFailureError} `configuration` when it is not there. */
export async function findModule(
  module: string,
  workspaceId: string,
  { root, readArtifact }: ModulePlaces,
): Promise<HostModule> {
  const name = readModuleName(module);
  switch (name.kind) {
    case 'package':
      return name;
    case 'file':
      return { kind: 'file', path: await pathBelow(root, name.path) };
    case 'artifact': {
      const body = await readArtifact(workspaceId, name.sha256);
      if (body === null) throw missing(`There is no artifact ${name.sha256}.`);
      return { ...name, source: new TextDecoder().decode(body) };
    }
    default:
      throw new Error(`A module is named by ${JSON.stringify(name satisfies never)}.`);
  }
}

/** Links may lead elsewhere: what counts is where the file lies. */
async function pathBelow(root: string, path: string): Promise<string> {
  const real = await realpath(join(root, path)).catch(() => null);
  if (real === null)
    throw missing(`There is no file "${path}" in the folder of agents (BATON_AGENTS_DIR) of this worker.`);
  if (real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
  throw missing(`The file "${path}" is a link out of the folder of agents (BATON_AGENTS_DIR).`);
}

function missing(detail: string): AgentFailureError {
  return new AgentFailureError(failure('configuration', detail, { code: 'unknown_module' }));
}
