import type { Json } from '@baton/core';
import { textAt } from '../wire/fields.ts';

/** What Flowise says in a refusal; undefined when it says nothing that is known. */
export function wordsOf(refusal: Json): string | undefined {
  return textAt(refusal, 'message');
}

/** Refusals that last. Flowise gives most of its errors the status 500, those that a question is at fault for as well. */
export const LASTING =
  /cannot resume execution|no previous execution|no stopped node|not found in previous execution|cannot be provided at the same time|configured as a (?:webhook|scheduled) trigger|invalid history format/i;

/**
 * The status that an error inside a stream would have had: Flowise tells its words alone. Often they are those of a model's
 * API and begin with its status; what is not known stays a fault of the server.
 */
export function statusOf(words: string): number {
  const status = /(?:^|[-:] )([45]\d\d)\b/.exec(words)?.[1];
  if (status !== undefined) return Number(status);
  return /\bunauthorized$/i.test(words.trim()) ? 401 : 500;
}

/** Whether the words say that somebody has stopped the flow. */
export function saysStopped(words: string): boolean {
  return /\bAborted$/.test(words.trim());
}
