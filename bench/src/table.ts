/** A column of a table for a terminal. */
export interface Column<Line> {
  readonly head: string;
  /** The text of a cell. */
  readonly of: (line: Line) => string;
  /** Words stand left, numbers right; default right. */
  readonly align?: 'left' | 'right';
}

/** Lines of text: a head and a row for each line, as wide as they have to be. */
export function tableOf<Line>(columns: readonly Column<Line>[], lines: readonly Line[]): readonly string[] {
  const rows = [columns.map(({ head }) => head), ...lines.map((line) => columns.map(({ of }) => of(line)))];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) =>
        columns[at]?.align === 'left' ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** A number for people: three digits that count. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** How many times as much, such as `1.70×`. */
export function times(value: number): string {
  return `${value.toFixed(2)}×`;
}
