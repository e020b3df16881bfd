import { jsonEquals, type Json } from '@baton/core';
import type { AgentEvent } from '../adapter.ts';
import { at, textAt } from '../wire/fields.ts';

/** What of a list of used tools is new: an agent repeats those it has told before, another node begins anew. */
export function newTools(before: readonly Json[], told: readonly Json[]): readonly Json[] {
  const repeats =
    before.length <= told.length && before.every((tool, index) => jsonEquals(tool, told[index] ?? null));
  return repeats ? told.slice(before.length) : told;
}

/** Tells tools that were used; Flowise gives them no ids, so they are numbered. */
export function tellTools(tools: readonly Json[], before: number, emit: (event: AgentEvent) => void): void {
  for (const [index, tool] of tools.entries()) {
    const id = String(before + index + 1);
    const name = textAt(tool, 'tool') ?? '';
    emit({ type: 'agent.tool_call', data: { id, name, arguments: at(tool, 'toolInput') ?? null } });
    const error = textAt(tool, 'error');
    const result = error === undefined ? (at(tool, 'toolOutput') ?? null) : { error };
    emit({ type: 'agent.tool_result', data: { id, name, result } });
  }
}
