/** The beginning of a text for messages: at most `most` UTF-16 units and, where something was cut, `…`. Never half a character. */
export function excerpt(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/**
 * The text without what neither UTF-8 nor PostgreSQL can hold: halves of surrogate pairs and NUL become U+FFFD. Agents and
 * expressions can make both.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
