/*
 * What agents of LangChain and LangGraph look like from outside. Their packages are the user's, so nothing of them is imported:
 * what is used of an object is looked for before it is called so.
 */

/** A place in which threads of graphs are kept. */
export interface MemorySaver {
  storage: Record<
    string,
    Record<string, Record<string, readonly [Uint8Array, Uint8Array, string | undefined]>>
  >;
  writes: Record<string, Record<string, readonly [string, string, Uint8Array, string?]>>;
  deleteThread(threadId: string): Promise<void>;
}

/** What is used of `@langchain/langgraph`, as it lies beside the agent's module. */
export interface Langgraph {
  readonly Command: new (params: { readonly resume: unknown }) => object;
  readonly MemorySaver: new () => MemorySaver;
}

/** Where a thread of a graph stands. */
export interface StateSnapshot {
  readonly values: unknown;
  readonly next: readonly string[];
  readonly tasks: readonly { readonly interrupts?: readonly unknown[] }[];
  readonly config?: { readonly configurable?: { readonly checkpoint_id?: string } };
}

/** What is used of a graph, compiled, or of an agent that is one inside. */
export interface Graph {
  checkpointer?: unknown;
  stream(input: unknown, config: object): Promise<AsyncIterable<readonly [string, unknown]>>;
  getState(config: object): Promise<StateSnapshot>;
}

/** What is used of any other chain. */
export interface Runnable {
  invoke(input: unknown, config: object): Promise<unknown>;
}

/** A member of whatever it is; undefined where nothing has members. */
export function memberOf(value: unknown, key: string): unknown {
  if (value === null || value === undefined) return undefined;
  return Reflect.get(Object(value), key) as unknown;
}

/** A member that is a text; an empty one where there is none. */
export function textMember(value: unknown, key: string): string {
  const text = memberOf(value, key);
  return typeof text === 'string' ? text : '';
}

/** Whether a member can be called. */
export function hasMethod(value: unknown, key: string): boolean {
  return typeof memberOf(value, key) === 'function';
}

/** A compiled graph, or an agent of LangChain, which is one inside; null for everything else. */
export function asGraph(value: unknown): Graph | null {
  const isGraph = memberOf(value, 'lg_is_pregel') === true;
  const hasGraph = memberOf(memberOf(value, 'graph'), 'lg_is_pregel') === true;
  const isUsable = hasMethod(value, 'stream') && hasMethod(value, 'getState');
  return (isGraph || hasGraph) && isUsable ? (value as Graph) : null;
}

/** Anything of LangChain that can be asked; null for everything else. */
export function asRunnable(value: unknown): Runnable | null {
  return typeof value === 'object' && hasMethod(value, 'invoke') ? (value as Runnable) : null;
}

/** The package of graphs; null when this is none of a version that is known. */
export function asLanggraph(module: unknown): Langgraph | null {
  return hasMethod(module, 'Command') && hasMethod(module, 'MemorySaver') ? (module as Langgraph) : null;
}

/** Calls a function that makes an agent, or a class of agents. */
export function makeBy(maker: unknown, parameters: object): unknown {
  if (typeof maker !== 'function') return maker;
  const isClass = /^class\b/.test(Function.prototype.toString.call(maker));
  return isClass
    ? (Reflect.construct(maker, [parameters]) as unknown)
    : (Reflect.apply(maker, undefined, [parameters]) as unknown);
}
