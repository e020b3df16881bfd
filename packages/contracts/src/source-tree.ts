import type { Json } from '@baton/core';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Alias,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';

/** Something wrong at a place of the text. */
export interface SourceComplaint {
  /** JSON Pointer of the value. */
  readonly pointer: string;
  readonly message: string;
  /** Offset into the text, in UTF-16 units. */
  readonly offset: number;
}

/** The JSON value of a YAML tree, with the offset of every pointer. */
export interface SourceTree {
  readonly value: Json;
  /** Offset of the key of a member, or of an item. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly complaints: readonly SourceComplaint[];
}

/** How many levels of maps and lists a definition may have. */
export const DEEPEST = 64;

/** What is said of more levels. */
export const TOO_DEEP = `The definition is nested too deeply: at most ${DEEPEST} levels.`;

/** Values that aliases may add to a document; more is a "billion laughs" attack or a mistake. */
const MOST_FROM_ALIASES = 10_000;

/** UTF-16 units of a word in a sentence. */
const MOST_QUOTED = 100;

interface Walk {
  readonly anchors: Map<string, Node>;
  readonly offsets: Map<string, number>;
  readonly complaints: SourceComplaint[];
  /** Anchors being expanded right now. */
  readonly open: Set<string>;
  fromAliases: number;
  /** Whether the problem of too many values has been reported. */
  overgrown: boolean;
}

interface At {
  readonly pointer: string;
  readonly depth: number;
}

/** Turns a composed YAML tree into JSON. What JSON cannot hold becomes a complaint and `null`. */
export function readTree(root: Node | null): SourceTree {
  const walk: Walk = {
    anchors: new Map(),
    offsets: new Map(),
    complaints: [],
    open: new Set(),
    fromAliases: 0,
    overgrown: false,
  };
  const value = readNode(walk, root, { pointer: '', depth: 0 });
  return { value, offsets: walk.offsets, complaints: walk.complaints };
}

function readNode(walk: Walk, node: unknown, at: At): Json {
  if (isAlias(node)) return readAlias(walk, node, at);
  if (walk.open.size > 0) {
    walk.fromAliases += 1;
    if (walk.fromAliases > MOST_FROM_ALIASES) return null;
  }
  if (isScalar(node)) return readScalar(walk, node, at);
  if (!isMap(node) && !isSeq(node)) return null;
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (at.depth >= DEEPEST) {
    // Told once: what lies deeper is not read.
    if (walk.complaints.some(({ message }) => message === TOO_DEEP)) return null;
    return complain(walk, { node, pointer: at.pointer }, TOO_DEEP);
  }
  if (isMap(node)) return readMap(walk, node, at);
  return node.items.map((item, i) => {
    const pointer = `${at.pointer}/${i}`;
    walk.offsets.set(pointer, offsetOf(item) ?? offsetOf(node) ?? 0);
    return readNode(walk, item, { pointer, depth: at.depth + 1 });
  });
}

function readScalar(walk: Walk, node: Scalar, at: At): Json {
  const { value } = node;
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return complain(
      walk,
      { node: node, pointer: at.pointer },
      `${quoted(node.source ?? String(value))} is not a number of JSON: write a finite one, or put it in quotes.`,
    );
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}

function readMap(walk: Walk, node: YAMLMap, at: At): Json {
  const members = new Map<string, Json>();
  for (const pair of node.items) {
    const key = readKey(walk, pair, at);
    if (key === undefined) continue;
    const pointer = `${at.pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const offset = offsetOf(pair.key) ?? offsetOf(node) ?? 0;
    if (members.has(key)) {
      walk.complaints.push({
        pointer,
        offset,
        message: `The key "${quoted(key)}" is given twice: remove or rename one.`,
      });
      continue;
    }
    walk.offsets.set(pointer, offset);
    members.set(key, readNode(walk, pair.value, { pointer, depth: at.depth + 1 }));
  }
  return Object.fromEntries(members);
}

function readKey(walk: Walk, pair: Pair, at: At): string | undefined {
  const { key } = pair;
  if (key === null) return '';
  if (!isScalar(key)) {
    complain(
      walk,
      { node: key, pointer: at.pointer },
      'A key must be a plain word or a text in quotes; braces and "*" begin something else: quote it.',
    );
    return undefined;
  }
  if (key.value === '<<' && key.type === 'PLAIN') {
    complain(
      walk,
      { node: key, pointer: at.pointer },
      'YAML 1.2 has no merge keys ("<<"): write the members out, or use an alias for a whole value.',
    );
    return undefined;
  }
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function readAlias(walk: Walk, alias: Alias, at: At): Json {
  const target = walk.anchors.get(alias.source);
  if (target === undefined) {
    return complain(
      walk,
      { node: alias, pointer: at.pointer },
      `There is no anchor "&${quoted(alias.source)}" before this alias: define it first.`,
    );
  }
  if (walk.open.has(alias.source)) {
    return complain(
      walk,
      { node: alias, pointer: at.pointer },
      `The anchor "&${quoted(alias.source)}" contains itself: write the inner value out.`,
    );
  }
  walk.open.add(alias.source);
  const value = readNode(walk, target, at);
  walk.open.delete(alias.source);
  if (walk.fromAliases > MOST_FROM_ALIASES && walk.open.size === 0 && !walk.overgrown) {
    walk.overgrown = true;
    complain(
      walk,
      { node: alias, pointer: at.pointer },
      `Aliases repeat more than ${MOST_FROM_ALIASES} values in this definition: write fewer of them.`,
    );
  }
  return value;
}

/** A word of the text, for a sentence. */
function quoted(word: string): string {
  return word.slice(0, MOST_QUOTED).toWellFormed();
}

function complain(
  walk: Walk,
  at: { readonly node: unknown; readonly pointer: string },
  message: string,
): null {
  walk.complaints.push({ pointer: at.pointer, offset: offsetOf(at.node) ?? 0, message });
  return null;
}

function offsetOf(node: unknown): number | undefined {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0];
  return undefined;
}
