import { isObject, own, type Json } from '../json.ts';
import { isVersion } from '../names.ts';
import { readAuthenticationPolicy } from './authentication.ts';
import { readDataHook } from './data-hooks.ts';
import type { Definition, DefinitionProblem } from './definition.ts';
import { readError } from './error-tasks.ts';
import { readName } from './identifiers.ts';
import { checkMetadata } from './metadata.ts';
import {
  isDeeper,
  notAvailable,
  readFixedText,
  readMap,
  readMembers,
  readText,
  type Members,
  type Place,
  type Reading,
} from './reader.ts';
import type { AgentReference, WorkflowReference } from './references.ts';
import { createReport, type Report } from './report.ts';
import { readRetry } from './retry.ts';
import { createReuse, readUnused } from './reuse.ts';
import { countTasks, readTaskList } from './task-list.ts';
import { readTimeout, readTimeoutPolicy } from './timing.ts';

/** How deep a definition may nest, counted in objects and lists. */
export const DEEPEST_DEFINITION = 64;

/** How many tasks a definition may have, those of inner scopes included. */
export const MOST_TASKS = 2_000;

/** What came of reading a definition. */
export interface ParsedDefinition {
  /** The typed tree; absent as long as there are errors. */
  readonly definition?: Definition;
  /** Everything wrong or doubtful, in the order of reading. */
  readonly problems: readonly DefinitionProblem[];
  /** Agents that the definition calls, in order; their existence is for a service to check. */
  readonly agentReferences: readonly AgentReference[];
  /** Workflows that the definition runs, in order. */
  readonly workflowReferences: readonly WorkflowReference[];
}

/** Reads a workflow definition: checks everything in one pass and builds the typed tree. Pure; never throws. */
export function parseDefinition(document: Json): ParsedDefinition {
  const report = createReport();
  const place: Place = { value: document, pointer: '' };
  if (!checkLimits(report, document)) {
    return { problems: report.problems(), agentReferences: [], workflowReferences: [] };
  }
  const use = isObject(document) ? own(document, 'use') : undefined;
  const reading: Reading = {
    report,
    names: [],
    targets: [],
    reuse: createReuse({ value: use ?? {}, pointer: '/use' }),
    agents: [],
    workflows: [],
    readTasks: readTaskList,
  };
  const definition = readDefinition(reading, place);
  return {
    ...(definition === undefined || report.errors() > 0 ? {} : { definition }),
    problems: report.problems(),
    agentReferences: reading.agents,
    workflowReferences: reading.workflows,
  };
}

function checkLimits(report: Report, document: Json): boolean {
  if (isDeeper(document, DEEPEST_DEFINITION)) {
    const fix = 'move inner parts to a workflow of their own';
    report.error('', `The definition nests deeper than ${DEEPEST_DEFINITION} levels: ${fix}.`);
    return false;
  }
  const tasks = isObject(document) ? own(document, 'do') : undefined;
  if (countTasks(tasks, MOST_TASKS) <= MOST_TASKS) return true;
  const fix = 'use "for", or move parts to workflows of their own';
  report.error('/do', `The definition has more than ${MOST_TASKS} tasks: ${fix}.`);
  return false;
}

function readDefinition(reading: Reading, place: Place): Definition | undefined {
  const members = readMembers(reading, place, {
    what: 'The definition',
    keys: ['document', 'input', 'use', 'do', 'timeout', 'output', 'evaluate'],
    required: ['document', 'do'],
    refused: { schedule: notAvailable('schedule', 'start runs over the API.') },
  });
  if (members === undefined) return undefined;
  const document = readDocument(reading, members.get('document'));
  const input = readDataHook(reading, members.get('input'), 'workflow-input');
  const list = members.get('do');
  const tasks = list && reading.readTasks(list, reading, 'sequence');
  const output = readDataHook(reading, members.get('output'), 'workflow-output');
  const timeout = readTimeout(reading, members.get('timeout'), 'workflow-input');
  readEvaluate(reading, members.get('evaluate'));
  readUnused({ ...reading, names: ['error'] }, PART_READERS);
  if (document === undefined || tasks === undefined) return undefined;
  return { document, input, output, ...(timeout === undefined ? {} : { timeout }), tasks };
}

const PART_READERS: Parameters<typeof readUnused>[1] = {
  authentications: readAuthenticationPolicy,
  errors: readError,
  retries: readRetry,
  timeouts: (reading, place) => readTimeoutPolicy(reading, place),
};

function readDocument(reading: Reading, place: Place | undefined): Definition['document'] | undefined {
  const members =
    place &&
    readMembers(reading, place, {
      what: 'The block "document"',
      keys: ['dsl', 'namespace', 'name', 'version', 'title', 'summary', 'tags', 'metadata'],
      required: ['dsl', 'namespace', 'name', 'version'],
    });
  if (members === undefined) return undefined;
  const dsl = readDsl(reading, members.get('dsl'));
  const namespace = readName(reading, members.get('namespace'));
  const name = readName(reading, members.get('name'));
  const version = readVersion(reading, members.get('version'));
  const title = readText(reading, members.get('title'));
  const summary = readText(reading, members.get('summary'));
  const tags = readTags(reading, members);
  checkMetadata(reading, members.get('metadata'));
  if (dsl === undefined || namespace === undefined || name === undefined || version === undefined)
    return undefined;
  return {
    dsl,
    namespace,
    name,
    version,
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
    tags,
  };
}

function readDsl(reading: Reading, place: Place | undefined): string | undefined {
  const dsl = readFixedText(reading, place);
  if (place === undefined || dsl === undefined || (isVersion(dsl) && dsl.startsWith('1.0.'))) return dsl;
  reading.report.error(
    place.pointer,
    `The language version "${dsl}" is not supported: write 1.0.3 or another 1.0.x.`,
  );
  return undefined;
}

function readVersion(reading: Reading, place: Place | undefined): string | undefined {
  const version = readFixedText(reading, place);
  if (place === undefined || version === undefined || isVersion(version)) return version;
  reading.report.error(
    place.pointer,
    `"version" cannot be "${version}": write a semantic version such as 1.0.0.`,
  );
  return undefined;
}

function readTags(reading: Reading, members: Members): Readonly<Record<string, string>> {
  const place = members.get('tags');
  if (place === undefined) return {};
  const tags = readMap(reading, place, '"tags"').map((tag): [string, string] => {
    const key = tag.pointer.slice(place.pointer.length + 1);
    return [key.replaceAll('~1', '/').replaceAll('~0', '~'), readText(reading, tag) ?? ''];
  });
  return Object.fromEntries(tags);
}

function readEvaluate(reading: Reading, place: Place | undefined): void {
  if (place === undefined) return;
  const members = readMembers(reading, place, { what: 'The block "evaluate"', keys: ['language', 'mode'] });
  for (const [key, only] of [
    ['language', 'jq'],
    ['mode', 'strict'],
  ] as const) {
    const member = members?.get(key);
    if (member === undefined || member.value === only) continue;
    reading.report.error(
      member.pointer,
      notAvailable(`evaluate.${key} ${JSON.stringify(member.value)}`, `available: ${only}.`),
    );
  }
}
