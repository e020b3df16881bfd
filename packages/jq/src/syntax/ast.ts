import type { Json } from '../json.ts';

/** A place in a program's text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type MathOperator = '+' | '-' | '*' | '/' | '%';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
/** What an update does with the old and the new value; `|` is `|=`, the empty string is `=`. */
export type UpdateOperator = MathOperator | '//' | '|' | '';

export type Pattern =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly Pattern[] }
  | { readonly kind: 'object'; readonly entries: readonly PatternEntry[] };

/** `{$name}`, `{$name: pattern}` and `{key: pattern}`: `variable` is bound to the value under `key`. */
export interface PatternEntry {
  readonly key: Node;
  readonly variable: string | null;
  readonly pattern: Pattern | null;
}

export interface FunctionDefinition {
  readonly name: string;
  /** Parameter names; one that begins with `$` is evaluated before the body. */
  readonly params: readonly string[];
  readonly body: Node;
}

export type Shape =
  | { readonly kind: 'identity' }
  | { readonly kind: 'recurse' }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'index'; readonly target: Node; readonly key: Node }
  | { readonly kind: 'slice'; readonly target: Node; readonly from: Node | null; readonly to: Node | null }
  | { readonly kind: 'iterate'; readonly target: Node }
  | { readonly kind: 'string'; readonly format: string | null; readonly parts: readonly (string | Node)[] }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'array'; readonly body: Node | null }
  | { readonly kind: 'object'; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
  | { readonly kind: 'negate'; readonly body: Node }
  | { readonly kind: 'pipe'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'comma'; readonly items: readonly Node[] }
  | { readonly kind: 'math'; readonly operator: MathOperator; readonly left: Node; readonly right: Node }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: 'and' | 'or' | 'alternative'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'update'; readonly operator: UpdateOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'if'; readonly condition: Node; readonly then: Node; readonly otherwise: Node | null }
  | { readonly kind: 'try'; readonly body: Node; readonly handler: Node | null }
  | {
      readonly kind: 'reduce';
      readonly source: Node;
      readonly patterns: readonly Pattern[];
      readonly init: Node;
      readonly update: Node;
    }
  | {
      readonly kind: 'foreach';
      readonly source: Node;
      readonly patterns: readonly Pattern[];
      readonly init: Node;
      readonly update: Node;
      readonly extract: Node | null;
    }
  | {
      readonly kind: 'bind';
      readonly source: Node;
      readonly patterns: readonly Pattern[];
      readonly body: Node;
    }
  | { readonly kind: 'define'; readonly definition: FunctionDefinition; readonly body: Node }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'label'; readonly name: string; readonly body: Node }
  | { readonly kind: 'break'; readonly name: string };

/** A node of the syntax tree: what it is, where it stands, and how deeply it nests. */
export type Node = Shape & { readonly at: Position; readonly height: number };
