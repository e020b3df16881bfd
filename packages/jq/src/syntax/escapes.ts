const simple: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** What an escape stands for and where the text goes on. */
export interface Escape {
  readonly text: string;
  readonly end: number;
}

/** Reads the JSON escape at `offset` (its backslash); `null` when it is none. The second half of a surrogate pair alone becomes U+FFFD. */
export function readEscape(source: string, offset: number): Escape | null {
  const letter = source[offset + 1] ?? '';
  if (letter !== 'u') {
    const text = Object.hasOwn(simple, letter) ? simple[letter] : undefined;
    return text === undefined ? null : { text, end: offset + 2 };
  }
  const first = hexUnit(source, offset);
  if (first === null) return null;
  if (first < 0xd800 || first > 0xdfff) return { text: String.fromCharCode(first), end: offset + 6 };
  if (first >= 0xdc00) return { text: '\ufffd', end: offset + 6 };
  const second = hexUnit(source, offset + 6);
  if (second === null || second < 0xdc00 || second > 0xdfff) return null;
  return { text: String.fromCharCode(first, second), end: offset + 12 };
}

function hexUnit(source: string, offset: number): number | null {
  const text = source.slice(offset, offset + 6);
  return /^\\u[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text.slice(2), 16) : null;
}
