import type { Definition, Schema, Task, TaskItem, TaskList } from '../definition/definition.ts';
import { parseDefinition } from '../definition/parse-definition.ts';
import type { Json, JsonObject } from '../json.ts';
import { isArray, own, isObject } from '../json.ts';
import type { Behaviors } from './behavior.ts';
import { createEvaluator, type Evaluator } from './expressions.ts';
import { ENGINE_VERSION, JQ_VERSIONS, type Snapshot } from './snapshot.ts';
import type { Cursor } from './state.ts';

type ListName = Cursor['list'];

/** Checks a value; the sentences say what is wrong, each with the pointer into the value. */
export type ValidateSchema = (
  schema: Schema,
  value: Json,
) => readonly { readonly pointer: string; readonly detail: string }[];

/** What the interpreter needs from outside: no clock, no randomness, no library of its own. */
export interface InterpreterParams {
  readonly validateSchema: ValidateSchema;
  /** SHA-256 of a text, in lower-case hexadecimal. */
  readonly hash: (text: string) => string;
}

/** A run's snapshot made ready for the interpreter. */
export interface LoadedRun {
  readonly snapshot: Snapshot;
  readonly definition: Definition;
  readonly evaluator: Evaluator;
  readonly params: InterpreterParams;
  readonly behaviors: Behaviors;
  /** Set at the start of each turn: `now` of expressions. */
  readonly clock: { now: number };
  /** Variables that are the same everywhere in the run. */
  readonly constants: JsonObject;
  /** The task at a pointer. */
  item(pointer: string): TaskItem | undefined;
  /** The tasks of one of a task's lists; the run's own for ''; empty where there is no such list. */
  list(pointer: string, list: ListName): TaskList;
  /** The part of the definition at a pointer, as it was written. */
  source(pointer: string): Json;
}

/**
 * Parses a snapshot's definition once. Throws when it is not valid, which publishing has made sure of, and when the
 * snapshot is of a newer interpreter.
 */
export function loadRun(
  snapshot: Snapshot,
  startedAt: number,
  params: InterpreterParams & { readonly behaviors: Behaviors },
): LoadedRun {
  const jq = JQ_VERSIONS[snapshot.engine];
  if (jq === undefined) {
    throw new Error(
      `The run needs version ${snapshot.engine} of the interpreter, and this worker knows 1 to ${ENGINE_VERSION}: start newer workers.`,
    );
  }
  const { definition, problems } = parseDefinition(snapshot.definition);
  if (definition === undefined) {
    throw new Error(
      `The run's definition is not valid: ${problems.map((p) => `${p.pointer} ${p.message}`).join('; ')}`,
    );
  }
  const clock = { now: startedAt };
  const tree: Tree = { items: new Map(), lists: new Map([[listKey('', 'do'), definition.tasks]]) };
  collect(tree, definition.tasks);
  return {
    snapshot,
    definition,
    params,
    behaviors: params.behaviors,
    clock,
    evaluator: createEvaluator(() => clock.now, jq),
    constants: constantsOf(snapshot, startedAt),
    item: (pointer) => tree.items.get(pointer),
    list: (pointer, list) => tree.lists.get(listKey(pointer, list)) ?? [],
    source: (pointer) => atPointer(snapshot.definition, pointer),
  };
}

interface Tree {
  readonly items: Map<string, TaskItem>;
  readonly lists: Map<string, TaskList>;
}

const listKey = (pointer: string, list: ListName): string => `${list} ${pointer}`;

function collect(tree: Tree, tasks: TaskList): void {
  for (const item of tasks) {
    tree.items.set(item.pointer, item);
    for (const [name, list] of listsOf(item.task)) {
      tree.lists.set(listKey(item.pointer, name), list);
      collect(tree, list);
    }
  }
}

function listsOf(task: Task): readonly (readonly [ListName, TaskList])[] {
  if (task.kind === 'do' || task.kind === 'for') return [['do', task.tasks]];
  if (task.kind === 'fork') return [['do', task.branches]];
  if (task.kind !== 'try') return [];
  const handler = task.catch.tasks;
  return [['try', task.tasks], ...(handler === undefined ? [] : ([['catch', handler]] as const))];
}

function constantsOf(snapshot: Snapshot, startedAt: number): JsonObject {
  return {
    workflow: {
      id: snapshot.runId,
      definition: snapshot.definition,
      input: snapshot.input,
      startedAt: dateVariable(startedAt),
    },
    runtime: { name: 'baton', version: '1.0.0', metadata: {} },
  };
}

/** An instant the way expressions see it. */
export function dateVariable(ms: number): JsonObject {
  return {
    iso8601: new Date(ms).toISOString(),
    epoch: { seconds: Math.floor(ms / 1000), milliseconds: ms },
  };
}

function atPointer(document: Json, pointer: string): Json {
  let value: Json = document;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    const next: Json | undefined = isArray(value)
      ? value[Number(key)]
      : isObject(value)
        ? own(value, key)
        : undefined;
    if (next === undefined) return null;
    value = next;
  }
  return value;
}
