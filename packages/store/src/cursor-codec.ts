import { AppError } from '@baton/core';
import type { PageParams } from './page.ts';

/** Where a page begins: after the item created at `at` with the key `key`. */
export interface Cursor {
  readonly at: string;
  readonly key: string;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
// PostgreSQL has no year 0.
const INSTANT = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TEXT = /^\P{Cc}+$/u;

/** The cursor after an item. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.at, cursor.key])).toString('base64url');
}

/** The cursor of a request, or null for the first page. Throws AppError `malformed` for a text no list gave out. */
export function decodeCursor(params: PageParams, keys: RegExp = TEXT): Cursor | null {
  if (params.cursor === undefined) return null;
  const cursor = parse(params.cursor);
  if (cursor === null || !keys.test(cursor.key)) {
    throw new AppError({
      code: 'malformed',
      message: 'The cursor is not one that this list gave out; begin again without a cursor.',
    });
  }
  return cursor;
}

function parse(text: string): Cursor | null {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  // Decoding forgives much; only the one spelling that encoding gives is ours.
  if (Buffer.from(decoded).toString('base64url') !== text) return null;
  try {
    const value: unknown = JSON.parse(decoded);
    if (!Array.isArray(value) || value.length !== 2) return null;
    const [at, key] = value as readonly unknown[];
    if (typeof at !== 'string' || !INSTANT.test(at) || Number.isNaN(Date.parse(at))) return null;
    return typeof key === 'string' ? { at, key } : null;
  } catch {
    // A text that is no JSON is no cursor; the caller says so.
    return null;
  }
}

/** How many items a page has. */
export function pageSize(params: PageParams): number {
  const limit = params.limit ?? DEFAULT_LIMIT;
  return Math.min(Math.max(Math.trunc(limit), 1), MAX_LIMIT);
}

/** A page from rows that were asked for with one more than its size. */
export function toPage<Item>(
  items: readonly Item[],
  size: number,
  cursorOf: (item: Item) => Cursor,
): { readonly items: readonly Item[]; readonly nextCursor: string | null } {
  const shown = items.slice(0, size);
  const last = shown.at(-1);
  const more = items.length > size && last !== undefined;
  return { items: shown, nextCursor: more ? encodeCursor(cursorOf(last)) : null };
}

/** A pattern for `ILIKE` that finds the text anywhere. */
export function containing(text: string): string {
  return `%${escapeLike(text)}%`;
}

/** A pattern for `LIKE` that finds texts beginning with this one. */
export function beginningWith(text: string): string {
  return `${escapeLike(text)}%`;
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
