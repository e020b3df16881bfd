import { RE2JS } from 're2js';
import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';

/** What the letters of a flag string ask for. */
export interface Modes {
  readonly global: boolean;
  readonly ignoreCase: boolean;
  readonly extended: boolean;
  readonly dotAll: boolean;
  readonly longest: boolean;
  readonly skipEmpty: boolean;
}

/** Reads `g i x s n p l`. Throws `JqError` for any other letter. */
export function readFlags(flags: string): Modes {
  if (/[^gixsnpl]/.test(flags)) throw new JqError(`${flags} is not a valid modifier string`);
  return {
    global: flags.includes('g'),
    ignoreCase: flags.includes('i'),
    extended: flags.includes('x'),
    dotAll: flags.includes('p'),
    longest: flags.includes('l'),
    skipEmpty: flags.includes('n'),
  };
}

/** Compiles a pattern once per evaluation. Throws `JqError` when it is wrong, or needs more than linear time. */
export function compilePattern(meter: Meter, source: string, modes: Modes): RE2JS {
  let options = 0;
  if (modes.ignoreCase) options |= RE2JS.CASE_INSENSITIVE;
  if (modes.dotAll) options |= RE2JS.DOTALL;
  if (modes.longest) options |= RE2JS.LONGEST_MATCH;
  const text = translate(modes.extended ? stripExtended(source) : source);
  const key = `${options}/${text}`;
  const known = meter.patterns.get(key);
  if (known !== undefined) return known;
  meter.charge(8 + text.length);
  const pattern = parse(text, options);
  meter.charge(pattern.programSize());
  if (meter.patterns.size >= mostPatterns) meter.patterns.clear();
  meter.patterns.set(key, pattern);
  return pattern;
}

/** Patterns kept by one evaluation; each may hold automata of some megabytes. */
const mostPatterns = 16;

function parse(text: string, options: number): RE2JS {
  try {
    return RE2JS.compile(text, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JqError(`Regex failure: ${reason}`);
  }
}

/** Removes white space and comments that the `x` flag makes meaningless. */
function stripExtended(source: string): string {
  let out = '';
  let inClass = false;
  for (let index = 0; index < source.length; index += 1) {
    const char = source[index] ?? '';
    if (char === '\\') {
      out += char + (source[index + 1] ?? '');
      index += 1;
    } else if (inClass || !/[\s#]/.test(char)) {
      if (char === '[') inClass = true;
      if (char === ']') inClass = false;
      out += char;
    } else if (char === '#') {
      while (index + 1 < source.length && source[index + 1] !== '\n') index += 1;
    }
  }
  return out;
}

const unicodeClasses: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{M}\\p{N}\\p{Pc}',
  h: '0-9a-fA-F',
};

const namedClasses: Readonly<Record<string, string>> = {
  alpha: '\\p{L}\\p{M}',
  alnum: '\\p{L}\\p{M}\\p{N}',
  digit: '\\p{Nd}',
  lower: '\\p{Ll}',
  upper: '\\p{Lu}',
  word: '\\p{L}\\p{M}\\p{N}\\p{Pc}',
};

/** Spells jq's escapes in RE2's syntax: its classes know all of Unicode, and `\Z` and `\h` exist. */
function translate(source: string): string {
  let inClass = false;
  return source.replace(/\\([^])|\[:(\w+):\]|[[\]]/g, (found, escaped?: string, named?: string) => {
    if (escaped !== undefined) return translateEscape(found, escaped, inClass);
    if (named !== undefined)
      return Object.hasOwn(namedClasses, named) ? (namedClasses[named] ?? found) : found;
    inClass = found === '[';
    return found;
  });
}

function translateEscape(found: string, letter: string, inClass: boolean): string {
  if (letter === 'Z') return '\\z';
  const lower = letter.toLowerCase();
  const set = Object.hasOwn(unicodeClasses, lower) ? unicodeClasses[lower] : undefined;
  if (set === undefined) return found;
  if (letter === lower) return inClass ? set : `[${set}]`;
  return inClass ? found : `[^${set}]`;
}
