import type { Definition, Task, TaskItem, TaskList } from './definition/definition.ts';
import { waysThrough, type WayOut } from './definition/ways-out.ts';

/** A task of a definition, or where it starts or ends. */
export interface GraphNode {
  /** The task's JSON Pointer; `start` and `end` for the two others. */
  readonly id: string;
  readonly name: string;
  readonly kind: Task['kind'] | 'start' | 'end';
  /** Id of the task that this one lies in. */
  readonly parent?: string;
}

/** A way from one node to another. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Name of a switch's case, or the reason for the way: `each`, `try`, `catch`, `caught`, `branch`, `exit`, `skipped`. */
  readonly label?: string;
}

/** The picture of a definition. A scope's last task has no edge: what follows is an edge of the task it lies in. */
export interface DefinitionGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Where a list of tasks stands. */
interface Scope {
  readonly tasks: TaskList;
  readonly parent?: string;
  /** Ids that leaving this scope leads to. */
  readonly after: readonly string[];
  readonly sideBySide: boolean;
}

interface Drawing {
  readonly nodes: GraphNode[];
  readonly edges: GraphEdge[];
}

/** Draws a definition: every task with its ways on, between the nodes `start` and `end`. */
export function definitionGraph(definition: Definition): DefinitionGraph {
  const drawing: Drawing = { nodes: [{ id: 'start', name: 'start', kind: 'start' }], edges: [] };
  const [first] = definition.tasks;
  drawing.edges.push({ from: 'start', to: first?.pointer ?? 'end' });
  drawScope(drawing, { tasks: definition.tasks, after: ['end'], sideBySide: false });
  drawing.nodes.push({ id: 'end', name: 'end', kind: 'end' });
  return { nodes: drawing.nodes, edges: drawing.edges };
}

function drawScope(drawing: Drawing, scope: Scope): void {
  for (const item of scope.tasks) {
    const { name, pointer, task } = item;
    const parent = scope.parent === undefined ? {} : { parent: scope.parent };
    drawing.nodes.push({ id: pointer, name, kind: task.kind, ...parent });
    const ways = waysOn(scope, item);
    for (const way of ways) drawing.edges.push({ from: pointer, ...way });
    const after = ways.length === 0 ? scope.after : [...new Set(ways.map(({ to }) => to))];
    for (const inner of innerScopes(task)) drawInner(drawing, { item, inner, after });
  }
}

interface Inner {
  readonly tasks: TaskList;
  readonly label?: string;
  readonly sideBySide?: boolean;
}

function innerScopes(task: Task): readonly Inner[] {
  switch (task.kind) {
    case 'do':
      return [{ tasks: task.tasks }];
    case 'for':
      return [{ tasks: task.tasks, label: 'each' }];
    case 'fork':
      return [{ tasks: task.branches, label: 'branch', sideBySide: true }];
    case 'try':
      return [
        { tasks: task.tasks, label: 'try' },
        { tasks: task.catch.tasks ?? [], label: 'catch' },
      ];
    default:
      return [];
  }
}

function drawInner(
  drawing: Drawing,
  place: { readonly item: TaskItem; readonly inner: Inner; readonly after: readonly string[] },
): void {
  const { tasks, label, sideBySide = false } = place.inner;
  const parent = place.item.pointer;
  for (const { pointer } of sideBySide ? tasks : tasks.slice(0, 1)) {
    drawing.edges.push({ from: parent, to: pointer, ...(label === undefined ? {} : { label }) });
  }
  drawScope(drawing, { tasks, parent, after: place.after, sideBySide });
}

type Way = Omit<GraphEdge, 'from'>;

function waysOn(scope: Scope, item: TaskItem): readonly Way[] {
  const ways = waysThrough(item.task).flatMap((way) => waysOf(scope, item, way));
  const skipped = item.task.if === undefined ? [] : waysOf(scope, item, { label: 'skipped' });
  // A skip that goes where the task goes anyhow needs no edge of its own.
  return [...ways, ...skipped.filter(({ to }) => !ways.some((way) => way.to === to))];
}

function waysOf(scope: Scope, item: TaskItem, way: WayOut): readonly Way[] {
  const { then = 'continue', label } = way;
  const named = label === undefined ? {} : { label };
  if (then === 'end') return [{ to: 'end', ...named }];
  if (then === 'exit') {
    const reason = scope.parent === undefined ? named : { label: label ?? 'exit' };
    return scope.after.map((to) => ({ to, ...reason }));
  }
  if (then !== 'continue') {
    return scope.tasks.filter(({ name }) => name === then).map(({ pointer }) => ({ to: pointer, ...named }));
  }
  const next = scope.sideBySide ? undefined : scope.tasks[scope.tasks.indexOf(item) + 1];
  if (next !== undefined) return [{ to: next.pointer, ...named }];
  return scope.parent === undefined ? [{ to: 'end', ...named }] : [];
}
