/** Which part of a list is wanted. */
export interface PageParams {
  /** How many items at most; default 50, capped at 200. */
  readonly limit?: number;
  /** `nextCursor` of the page before. A text that this list did not give out throws AppError `malformed`. */
  readonly cursor?: string;
}

/** One page of a list, newest first. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Cursor of the next page; null on the last one. */
  readonly nextCursor: string | null;
}
