import { createHash } from 'node:crypto';
import { canonicalJson, isObject, type AppError, type JsonObject, type Scope } from '@baton/core';
import {
  validateSource,
  type ChannelChangeRequest,
  type SourceFormat,
  type SourceProblem,
  type ValidatedSource,
} from '@baton/contracts';
import { principalId } from '@baton/identity';
import type { ChannelRecord, PublishResult, Store, WorkflowRecord } from '@baton/store';
import type { Call, Caller } from '../http/call.ts';
import { namesTag } from '../http/header-values.ts';
import { conflict, ifMatchMissing, invalid, invalidAt, malformed, stale } from '../http/refusals.ts';
import { unstorable } from '../http/storable.ts';
import { channelTag } from './workflow-json.ts';

/** What workflows need. */
export interface WorkflowPorts {
  readonly store: Pick<Store, 'workflows' | 'agents'>;
}

/** A definition as it was sent. */
export interface SentDefinition {
  readonly text: string;
  readonly mediaType: string;
}

/** Which version is published. */
export interface PublishTarget {
  readonly name: string;
  readonly version: string;
}

/** Validating and publishing definitions, pointing channels. */
export interface WorkflowService {
  /** Everything wrong with a definition, whatever it calls included. Throws 400 for malformed JSON. */
  problems(scope: Scope, sent: SentDefinition): Promise<readonly SourceProblem[]>;
  /** Throws 422 with every problem, 409 when the version exists with other content. */
  publish(
    caller: Caller,
    target: PublishTarget,
    sent: SentDefinition,
  ): Promise<Exclude<PublishResult, { outcome: 'namespace_conflict' }>>;
  pointChannel(
    call: ChannelCall,
    workflow: WorkflowRecord,
  ): Promise<{ readonly created: boolean; readonly channel: ChannelRecord }>;
}

type ChannelCall = Call<{ readonly channel: string }, unknown, ChannelChangeRequest>;

/** Creates the service. */
export function createWorkflowService({ store }: WorkflowPorts): WorkflowService {
  return {
    problems: async (scope, sent) => (await check(store, scope, sent)).problems,
    publish: (caller, target, sent) => publish(store, caller, { target, sent }),
    pointChannel: (call, workflow) => pointChannel(store, call, workflow),
  };
}

interface Checked {
  readonly source: ValidatedSource;
  readonly problems: readonly SourceProblem[];
}

async function check(store: WorkflowPorts['store'], scope: Scope, sent: SentDefinition): Promise<Checked> {
  const format: SourceFormat = sent.mediaType === 'application/json' ? 'json' : 'yaml';
  const source = validateSource(sent.text, format);
  if (source.document === undefined && format === 'json') throw malformedJson(source);
  const texts = source.document === undefined ? [] : unstorable(source.document);
  if (texts.length > 0) throw malformed('The definition holds text that cannot be stored.', texts);
  const missing = await missingReferences(store, scope, source);
  const problems = [...source.problems, ...missing].sort((a, b) => a.line - b.line || a.column - b.column);
  return { source, problems };
}

function malformedJson(source: ValidatedSource): AppError {
  const errors = source.problems.map(({ pointer, message, line, column }) => ({
    pointer,
    detail: message,
    line,
    column,
  }));
  return malformed('The body is not JSON.', errors);
}

/** Agents and workflows a definition calls and that are not there. */
async function missingReferences(
  store: WorkflowPorts['store'],
  scope: Scope,
  source: ValidatedSource,
): Promise<readonly SourceProblem[]> {
  const { agents, workflows } = source.references;
  const calledAgents = await Promise.all(
    agents.map(async ({ name, version, pointer }) =>
      (await store.agents.resolve(scope, name, version)) === null
        ? [problemAt(source, pointer, agentSentence(name, version))]
        : [],
    ),
  );
  const self = selfOf(source);
  const calledWorkflows = await Promise.all(
    workflows.map(async ({ namespace, name, version, pointer }) => {
      if (name === self.name && (version === self.version || version === 'latest')) return [];
      const found = await store.workflows.resolve(scope, name, version === 'latest' ? {} : { version });
      const sentence = `There is no workflow "${namespace}/${name}" in version ${version}; publish it first.`;
      return found?.namespace === namespace ? [] : [problemAt(source, pointer, sentence)];
    }),
  );
  return [...calledAgents.flat(), ...calledWorkflows.flat()];
}

function agentSentence(name: string, version: string | undefined): string {
  const which = version === undefined ? '' : ` in version ${version}`;
  return `There is no agent "${name}"${which} that is not archived; register it first.`;
}

function problemAt(source: ValidatedSource, pointer: string, message: string): SourceProblem {
  return { pointer, ...source.locate(pointer), message, severity: 'error' };
}

function selfOf(source: ValidatedSource): { readonly name?: string; readonly version?: string } {
  const { definition } = source;
  return definition === undefined
    ? {}
    : { name: definition.document.name, version: definition.document.version };
}

async function publish(
  store: WorkflowPorts['store'],
  caller: Caller,
  { target, sent }: { readonly target: PublishTarget; readonly sent: SentDefinition },
): Promise<Exclude<PublishResult, { outcome: 'namespace_conflict' }>> {
  const { source, problems } = await check(store, caller.scope, sent);
  const wrong = [...problems, ...mismatches(source, target)];
  const { definition, document } = source;
  if (definition === undefined || !isObject(document) || wrong.some(({ severity }) => severity === 'error')) {
    throw refused(wrong);
  }
  const { title } = definition.document;
  const result = await store.workflows.publish(caller.scope, {
    ...target,
    namespace: definition.document.namespace,
    ...(title === undefined ? {} : { title }),
    document,
    source: sent.text,
    mediaType: sent.mediaType,
    contentHash: hashOf(document),
    author: principalId(caller.principal),
    authorName: caller.principal.name,
  });
  if (result.outcome === 'namespace_conflict') {
    throw conflict(
      `The workflow "${target.name}" lives in the namespace "${result.namespace}"; a name is unique in its workspace.`,
    );
  }
  if (result.outcome === 'conflict') {
    throw conflict(
      `Version ${target.version} of "${target.name}" exists with other content; versions never change, so publish a new one.`,
    );
  }
  return result;
}

function mismatches(source: ValidatedSource, target: PublishTarget): readonly SourceProblem[] {
  const said = source.definition?.document;
  if (said === undefined) return [];
  const of = (field: 'name' | 'version') =>
    said[field] === target[field]
      ? []
      : [
          problemAt(
            source,
            `/document/${field}`,
            `The document says "${said[field]}", the path "${target[field]}"; they must be equal.`,
          ),
        ];
  return [...of('name'), ...of('version')];
}

function refused(problems: readonly SourceProblem[]): AppError {
  const errors = problems
    .filter(({ severity }) => severity === 'error')
    .map(({ pointer, message, line, column }) => ({ pointer, detail: message, line, column }));
  return invalid(
    `The definition has ${errors.length} ${errors.length === 1 ? 'problem' : 'problems'}.`,
    errors,
  );
}

function hashOf(document: JsonObject): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}

async function pointChannel(
  store: WorkflowPorts['store'],
  call: ChannelCall,
  workflow: WorkflowRecord,
): Promise<{ readonly created: boolean; readonly channel: ChannelRecord }> {
  const { scope } = call.caller;
  const { channel } = call.params;
  const current = await store.workflows.getChannel(scope, workflow.name, channel);
  checkPreconditions(call, current);
  const version = versionOf(call.body);
  const expectedRevision = current?.revision ?? null;
  const result = await store.workflows.setChannel(scope, {
    name: workflow.name,
    channel,
    version,
    expectedRevision,
  });
  switch (result.outcome) {
    case 'set':
      return { created: current === null, channel: result.channel };
    case 'stale':
      throw stale('The channel was moved by somebody else; read it again.');
    case 'no_version':
      throw invalidAt('/version', `"${workflow.name}" has no version ${version} that is not archived.`);
    default:
      throw new Error(result satisfies never);
  }
}

function checkPreconditions(call: ChannelCall, current: ChannelRecord | null): void {
  const ifMatch = call.header('If-Match');
  const createOnly = call.header('If-None-Match')?.trim() === '*';
  if (createOnly && current !== null) throw stale('The channel exists already.');
  if (current === null) {
    if (ifMatch !== undefined) throw stale('The channel does not exist.');
    return;
  }
  if (ifMatch === undefined) throw ifMatchMissing();
  if (!namesTag(ifMatch, channelTag(current)))
    throw stale('The channel was moved since it was read; read it again.');
}

function versionOf(change: ChannelChangeRequest): string {
  const { version, versions } = change;
  if (version !== undefined && versions !== undefined)
    throw invalidAt('/versions', 'Say either version or versions, not both.');
  if (version !== undefined) return version;
  const [only, ...more] = versions ?? [];
  if (only === undefined) throw invalidAt('', 'Say the version the channel points at.');
  if (more.length > 0)
    throw invalidAt('/versions', 'A channel points at one version; weights come with a later release.');
  if (only.weight !== undefined && only.weight !== 100)
    throw invalidAt('/versions/0/weight', 'The weight of the only version is 100.');
  return only.version;
}
