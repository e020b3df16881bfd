import { isObject, isUuid, type Json, type JsonObject, type Scope, type WorkspaceId } from '@baton/core';

/** One row as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

function wrong(column: string, wanted: string, value: unknown): Error {
  return new Error(`Column ${column} holds ${value === null ? 'null' : typeof value}; wanted ${wanted}.`);
}

/** A text column. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw wrong(column, 'text', value);
  return value;
}

/** A text column that may be null. */
export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** A number column. */
export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'number') throw wrong(column, 'a number', value);
  return value;
}

/** A number column that may be null. */
export function numberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : number(row, column);
}

/** A boolean column. */
export function flag(row: Row, column: string): boolean {
  const value = row[column];
  if (typeof value !== 'boolean') throw wrong(column, 'a boolean', value);
  return value;
}

/** An instant as ISO text. */
export function instant(row: Row, column: string): string {
  const value = row[column];
  if (!(value instanceof Date)) throw wrong(column, 'an instant', value);
  return value.toISOString();
}

/** An instant that may be null. */
export function instantOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : instant(row, column);
}

/** A JSON column; SQL's null and JSON's null are both null. */
export function json(row: Row, column: string): Json {
  const value = row[column];
  if (value === undefined) throw wrong(column, 'JSON', value);
  return value as Json;
}

/** A JSON column that holds an object. */
export function jsonObject(row: Row, column: string): JsonObject {
  const value = json(row, column);
  if (!isObject(value)) throw wrong(column, 'a JSON object', value);
  return value;
}

/** A JSON column that holds an object or nothing. */
export function jsonObjectOrNull(row: Row, column: string): JsonObject | null {
  return row[column] === null ? null : jsonObject(row, column);
}

/** A JSON column that holds an array. */
export function jsonArray(row: Row, column: string): readonly Json[] {
  const value = json(row, column);
  if (!Array.isArray(value)) throw wrong(column, 'a JSON array', value);
  return value as readonly Json[];
}

/** A column of an array of texts. */
export function texts(row: Row, column: string): readonly string[] {
  const value = row[column];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw wrong(column, 'an array of texts', value);
  }
  return value;
}

/** A text column that holds one of the words of a union. */
export function oneOf<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const value = text(row, column);
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw wrong(column, words.join(' | '), value);
  return word;
}

/** A column of a UUID, as the branded id it is. */
export function id<Id extends string>(row: Row, column: string): Id {
  const value = text(row, column);
  if (!isUuid(value)) throw wrong(column, 'a UUID', value);
  return value as Id;
}

/** The scope of a row. */
export function scopeOf(row: Row): Scope {
  return { workspaceId: id<WorkspaceId>(row, 'workspace_id') };
}

/** A value that was written as JSON by this package, with the type it was written with. */
export function trusted<Value>(value: Json): Value {
  return value as Value;
}

/** JSON text of a value for a `json` column; null for `undefined`, so that it becomes SQL's null. */
export function jsonText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** The same for a column in which null stands for nothing. */
export function jsonOrNull(value: unknown): string | null {
  return value === null ? null : jsonText(value);
}
