import { createHash } from 'node:crypto';
import { excerpt, isObject, type Snapshot } from '@baton/core';
import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  type SearchAttributePair,
} from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from './task-queues.ts';

/** What Temporal is told about a run besides its arguments. */
export interface StartFacts {
  /** `namespace/name` of the definition. */
  readonly workflowType: string;
  readonly workflowId: string;
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly staticSummary: string;
  readonly staticDetails: string;
  readonly priority: { readonly priorityKey: number; readonly fairnessKey: string };
}

/** Derives from a snapshot what Temporal shows and sorts by. Ids and attributes are opaque: no names of people. */
export function startFacts(snapshot: Snapshot): StartFacts {
  const document = documentOf(snapshot);
  return {
    workflowType: `${document.namespace}/${document.name}`,
    workflowId: `${snapshot.workspaceId}.${snapshot.runId}`,
    typedSearchAttributes: new TypedSearchAttributes([
      keyword(SEARCH_ATTRIBUTES.workspace, snapshot.workspaceId),
      keyword(SEARCH_ATTRIBUTES.workflow, document.name),
      keyword(SEARCH_ATTRIBUTES.version, document.version),
      keyword(SEARCH_ATTRIBUTES.requester, opaque(snapshot.requester)),
    ]),
    staticSummary: excerpt(`${document.title ?? document.name} ${document.version}`, 199),
    staticDetails: document.summary ?? '',
    priority: { priorityKey: snapshot.priority, fairnessKey: snapshot.workspaceId },
  };
}

/** Requesters are issuer and subject, which may hold a name; Temporal gets a hash that is the same for the same person. */
export function opaque(requester: string): string {
  return createHash('sha256').update(requester).digest('hex').slice(0, 32);
}

function keyword(name: string, value: string): SearchAttributePair {
  return { key: defineSearchAttributeKey(name, 'KEYWORD'), value };
}

interface Document {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly summary?: string;
}

function documentOf(snapshot: Snapshot): Document {
  const { document } = snapshot.definition;
  const fields = isObject(document) ? document : {};
  const text = (key: string): string | undefined => {
    const value = fields[key];
    return typeof value === 'string' ? value : undefined;
  };
  const title = text('title');
  const summary = text('summary');
  return {
    namespace: text('namespace') ?? 'default',
    name: text('name') ?? 'workflow',
    version: text('version') ?? '0.0.0',
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
  };
}
