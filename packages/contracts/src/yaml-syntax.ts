import { Composer, Lexer, Parser, type CST, type Document, type Node, type YAMLError } from 'yaml';
import { DEEPEST, TOO_DEEP } from './source-tree.ts';

/** A complaint about a text that cannot be read. */
export interface SyntaxComplaint {
  readonly message: string;
  /** Offset into the text, in UTF-16 units. */
  readonly offset: number;
}

/** The tree of a text; null for one that holds nothing, and when there are complaints. */
export interface SourceSyntax {
  readonly root: Node | null;
  /** At most 10, one for a place. */
  readonly complaints: readonly SyntaxComplaint[];
}

const MOST_COMPLAINTS = 10;
const MOST_OF_REASON = 300;

/** Composes the one document of a YAML 1.2 text (core schema; no own tags, no merge keys). `onLine` hears where lines begin. */
export function readSyntax(text: string, onLine: (offset: number) => void): SourceSyntax {
  const { tokens, tooDeepAt } = readTokens(text, onLine);
  // Composing recurses, so what is too deep never gets there.
  if (tooDeepAt !== null) return refused([{ message: TOO_DEEP, offset: tooDeepAt }]);
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // Repeated keys are found with their pointers when the tree is read.
    uniqueKeys: false,
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  const [first, second] = documents;
  const complaints = first === undefined ? [] : complaintsOf(first);
  if (second !== undefined) {
    const message = `There are ${documents.length} documents; send one.`;
    complaints.push({ message, offset: second.range[0] });
  }
  return complaints.length > 0 ? refused(complaints) : { root: first?.contents ?? null, complaints };
}

function refused(complaints: readonly SyntaxComplaint[]): SourceSyntax {
  return { root: null, complaints };
}

interface Tokens {
  readonly tokens: readonly CST.Token[];
  /** Where the first collection opens that lies too deep; nothing is read beyond it. */
  readonly tooDeepAt: number | null;
}

function readTokens(text: string, onLine: (offset: number) => void): Tokens {
  const tokens: CST.Token[] = [];
  const parser = new Parser(onLine);
  onLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length <= DEEPEST) continue;
    const tooDeep = parser.stack.filter((token) => 'items' in token)[DEEPEST];
    if (tooDeep !== undefined) return { tokens, tooDeepAt: tooDeep.offset };
  }
  tokens.push(...parser.end());
  return { tokens, tooDeepAt: null };
}

function complaintsOf({ errors, warnings }: Document.Parsed): SyntaxComplaint[] {
  const places = new Set<number>();
  // Collections that end together complain each, and errors far down a broken text only echo the first ones.
  return [...errors, ...warnings]
    .filter(({ pos: [offset] }) => !places.has(offset) && places.add(offset))
    .slice(0, MOST_COMPLAINTS)
    .map((error) => ({ message: sentenceOf(error), offset: error.pos[0] }));
}

/** The fix for what people most often get wrong in YAML, by the parser's code. */
const FIXES: Readonly<Record<string, string>> = {
  BAD_INDENT: 'indent it further than the line above',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put the value in quotes when it contains ": ", and check the indentation',
  BAD_DQ_ESCAPE: 'double the backslash, or use single quotes',
  MISSING_CHAR: 'add it',
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: 'remove the tag',
};

function sentenceOf(error: YAMLError): string {
  const fix = FIXES[error.code] ?? 'correct the syntax';
  // Texts are quoted at any length, and by UTF-16 units.
  const reason = error.message.slice(0, MOST_OF_REASON).toWellFormed().replaceAll('\n', ' ');
  return `The text is not valid YAML: ${reason}; ${fix}.`;
}
