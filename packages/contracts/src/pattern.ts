const MAX_LENGTH = 512;
const MAX_UNBOUNDED = 8;

/**
 * Why a regular expression of a schema is refused, or null. Beside its syntax this judges its cost: JavaScript's engine
 * backtracks, so a repetition around something that repeats or branches can take for ever on a short text.
 */
export function patternProblem(pattern: string): string | null {
  if (pattern.length > MAX_LENGTH)
    return `A pattern may have ${MAX_LENGTH} characters, this one has ${pattern.length}.`;
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    // The engine's message is the best description of what is wrong with the client's own pattern.
    return error instanceof Error ? error.message : 'The pattern is no regular expression.';
  }
  return costProblem(pattern);
}

interface Group {
  /** Whether it repeats or branches inside. */
  busy: boolean;
}

function costProblem(pattern: string): string | null {
  const open: Group[] = [{ busy: false }];
  let closed: Group | null = null;
  let unbounded = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at];
    const before: Group | null = closed;
    closed = null;
    if (char === '\\') {
      if (/[1-9k]/.test(pattern[at + 1] ?? '')) return 'Back-references are not allowed in patterns.';
      at += 1;
    } else if (char === '[') at = endOfClass(pattern, at);
    else if (char === '(') open.push({ busy: false });
    else if (char === ')') closed = close(open);
    else if (char === '|') current(open).busy = true;
    else if (char === '*' || char === '+' || char === '{') {
      const end = char === '{' ? pattern.indexOf('}', at) : at;
      if (repeatsFreely(pattern.slice(at, end + 1))) {
        if (before?.busy === true)
          return 'A repetition around something that repeats or branches may take for ever.';
        unbounded += 1;
        for (const group of open) group.busy = true;
      }
      at = Math.max(at, end);
    }
  }
  return unbounded > MAX_UNBOUNDED ? `A pattern may have ${MAX_UNBOUNDED} unbounded repetitions.` : null;
}

function close(open: Group[]): Group {
  const group = open.pop() ?? { busy: false };
  if (group.busy) current(open).busy = true;
  return group;
}

function current(open: Group[]): Group {
  return open.at(-1) ?? { busy: false };
}

/** Whether a quantifier lets its part repeat more than 20 times. */
function repeatsFreely(quantifier: string): boolean {
  const bounds = /^\{(\d+)(,?)(\d*)\}$/.exec(quantifier);
  if (bounds === null) return true;
  const [, least, comma, most] = bounds;
  return comma === ',' && most === '' ? true : Number(most === '' ? least : most) > 20;
}

function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === ']') return at;
  }
  return pattern.length;
}
