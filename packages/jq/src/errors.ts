import type { Json } from './json.ts';
import type { LimitName } from './limits.ts';

/** A program that cannot be compiled. `line` and `column` count from 1 and point at the offending text. */
export class JqSyntaxError extends Error {
  override readonly name = 'JqSyntaxError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, position: { readonly line: number; readonly column: number }) {
    super(message);
    this.line = position.line;
    this.column = position.column;
  }
}

/** An error raised while a program runs, by `error` or by an operation. `value` is what `catch` would see. */
export class JqError extends Error {
  override readonly name = 'JqError';
  readonly value: Json;

  constructor(value: Json) {
    super(
      typeof value === 'string'
        ? value
        : `The program raised a ${value === null ? 'null' : typeof value} value.`,
    );
    this.value = value;
  }
}

/** A program that used up one of its limits. It cannot be caught by the program's own `try`. */
export class JqLimitError extends Error {
  override readonly name = 'JqLimitError';
  /** The limit that was reached. */
  readonly limit: LimitName;
  /** The value of that limit. */
  readonly value: number;

  constructor(limit: LimitName, value: number) {
    super(`The expression reached its limit "${limit}" of ${value}.`);
    this.limit = limit;
    this.value = value;
  }
}
