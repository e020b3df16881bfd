/** Statements with a name at most: each connection keeps a plan for each of them. */
const MOST_NAMED = 500;

/** Columns that are not named one by one. */
const ALL_COLUMNS = /\b(?:SELECT|RETURNING)\s+(?:\w+\.)?\*|,\s*\w+\.\*/i;

/**
 * Names for statements, so that PostgreSQL parses and plans each of them once for a connection and not with every use. A
 * statement that asks for all columns has none (''): its plan would refuse to run once a migration has added a column.
 */
export function createStatementNames(): (statement: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= MOST_NAMED || ALL_COLUMNS.test(sql)) return '';
    const name = `baton_${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
