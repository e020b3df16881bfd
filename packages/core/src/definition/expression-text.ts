/** A string of the definition as the language reads it. */
export type TemplateString =
  | {
      readonly kind: 'literal';
      readonly text: string;
      /** Offset of a `${` that is never closed; such a text is refused at validation. */
      readonly unclosedAt?: number;
    }
  | { readonly kind: 'expression'; readonly expression: string }
  | { readonly kind: 'interpolated'; readonly parts: readonly (string | { readonly expression: string })[] };

/**
 * Tells a plain text from one `${ … }` expression and from a text with expressions in it.
 * The closing brace is the one that matches: braces in jq strings, in `\( )` and in objects belong to the expression.
 * White space around a single expression does not count.
 */
export function readTemplateString(text: string): TemplateString {
  const parts: (string | { readonly expression: string })[] = [];
  let from = 0;
  for (let open = text.indexOf('${'); open !== -1; open = text.indexOf('${', from)) {
    const close = closingBrace(text, open + 2);
    if (close === -1) return { kind: 'literal', text, unclosedAt: open };
    if (open > from) parts.push(text.slice(from, open));
    parts.push({ expression: text.slice(open + 2, close) });
    from = close + 1;
  }
  if (from === 0) return { kind: 'literal', text };
  if (from < text.length) parts.push(text.slice(from));
  const matter = parts.filter((part) => typeof part !== 'string' || part.trim() !== '');
  const [only] = matter;
  return matter.length === 1 && typeof only === 'object'
    ? { kind: 'expression', expression: only.expression }
    : { kind: 'interpolated', parts };
}

/** The source of an expression-typed field, which may be written with or without `${ }`. */
export function expressionSource(text: string): string {
  const read = readTemplateString(text);
  return read.kind === 'expression' ? read.expression : text;
}

/** A stretch of jq that ends at `closer`; `depth` counts the openers of the same sort inside it. */
interface Frame {
  readonly closer: '}' | ')' | '"';
  depth: number;
}

/** Offset of the brace that closes an expression which begins at `start`; -1 when there is none. */
function closingBrace(text: string, start: number): number {
  // An explicit stack: the nesting comes from outside and must not be able to overflow ours.
  const frames: Frame[] = [{ closer: '}', depth: 0 }];
  let at = start;
  while (at < text.length) {
    const frame = frames.at(-1);
    if (frame === undefined) return at - 1;
    at = frame.closer === '"' ? stepInString(text, at, frames) : stepInCode(text, at, { frames, frame });
  }
  return frames.length === 0 ? at - 1 : -1;
}

function stepInString(text: string, at: number, frames: Frame[]): number {
  if (text[at] === '"') frames.pop();
  if (text[at] !== '\\') return at + 1;
  if (text[at + 1] === '(') frames.push({ closer: ')', depth: 0 });
  return at + 2;
}

function stepInCode(text: string, at: number, place: { frames: Frame[]; frame: Frame }): number {
  const { frames, frame } = place;
  const character = text[at];
  if (character === '"') frames.push({ closer: '"', depth: 0 });
  if (character === '#') return endOfLine(text, at);
  if (character === (frame.closer === '}' ? '{' : '(')) frame.depth += 1;
  if (character === frame.closer && frame.depth > 0) frame.depth -= 1;
  else if (character === frame.closer) frames.pop();
  return at + 1;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}
