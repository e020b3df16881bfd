import { failure } from '@baton/core';
import { AgentFailureError, type Adapter } from './adapter.ts';

/** The adapters of one process, by kind. */
export interface AdapterRegistry {
  /** All kinds, sorted. */
  readonly kinds: readonly string[];
  /** The adapter of a kind; null when there is none. */
  find(kind: string): Adapter | null;
  /** The adapter of a kind. Throws {@link AgentFailureError} (`configuration`) that names the known kinds. */
  get(kind: string): Adapter;
}

/** Collects adapters. Two of one kind are a mistake of the program: throws `Error`. */
export function createAdapterRegistry(adapters: readonly Adapter[]): AdapterRegistry {
  const byKind = new Map(adapters.map((adapter) => [adapter.kind, adapter]));
  if (byKind.size !== adapters.length) throw new Error('Two adapters have the same kind.');
  const kinds = [...byKind.keys()].toSorted();
  return {
    kinds,
    find: (kind) => byKind.get(kind) ?? null,
    get: (kind) => {
      const adapter = byKind.get(kind);
      if (adapter !== undefined) return adapter;
      throw new AgentFailureError(
        failure('configuration', unknownAdapter(kind, kinds), { code: 'unknown_adapter' }),
      );
    },
  };
}

/** The sentence of a refusal: what is unknown, and what is known. */
export function unknownAdapter(kind: string, kinds: readonly string[]): string {
  return `There is no adapter "${kind.slice(0, 100)}"; known adapters: ${kinds.join(', ')}.`;
}
