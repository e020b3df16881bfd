import type { BodyProblem, Json } from '@baton/core';
import { pointerOf } from '@baton/contracts';

const MOST_PROBLEMS = 20;

interface Place {
  readonly key: string | number;
  readonly above: Place | null;
}

/**
 * What no database can keep: NUL characters and halves of surrogate pairs in texts and keys, numbers beyond a double.
 * Found before anything is stored, so that they never surface as an error of the database.
 */
export function unstorable(root: Json): readonly BodyProblem[] {
  const problems: BodyProblem[] = [];
  // A list of what is left instead of recursion: the nesting comes from outside.
  const open: { readonly value: Json; readonly at: Place | null }[] = [{ value: root, at: null }];
  for (let next = open.pop(); next !== undefined && problems.length < MOST_PROBLEMS; next = open.pop()) {
    const { value, at } = next;
    const reason = reasonOf(value);
    if (reason !== null) problems.push({ pointer: pointerTo(at), detail: reason });
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, member] of Object.entries(value)) {
      const place = { key, above: at };
      const wrong = Array.isArray(value) ? null : textProblem(key, 'The key');
      if (wrong !== null) problems.push({ pointer: pointerTo(place), detail: wrong });
      open.push({ value: member, at: place });
    }
  }
  return problems;
}

/** False when a JSON text cannot hold anything {@link unstorable}, told from the text alone. */
export function maybeUnstorable(text: string): boolean {
  return /\\u(?:0000|d[89a-f])/i.test(text) || /\d[eE]\+?\d{3}|\d{300}/.test(text);
}

/** Why a text cannot be kept, or null. */
export function textProblem(value: string, what: string): string | null {
  if (value.includes('\0')) return `${what} holds a NUL character (\\u0000), which cannot be stored.`;
  return value.isWellFormed() ? null : `${what} holds half of a surrogate pair, which is no character.`;
}

function reasonOf(value: Json): string | null {
  if (typeof value === 'string') return textProblem(value, 'The text');
  return typeof value === 'number' && !Number.isFinite(value) ? 'The number is too large.' : null;
}

function pointerTo(place: Place | null): string {
  const path: (string | number)[] = [];
  for (let at = place; at !== null; at = at.above) path.unshift(at.key);
  return pointerOf(path);
}
