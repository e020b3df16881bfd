import { isArray, isObject, own, type Json, type JsonObject } from '../json.ts';
import { inside, type Place } from './reader.ts';
import type { Report } from './report.ts';
import { IN_PLACE } from './schema-keywords.ts';

/** A schema inside a schema. */
export interface SchemaNode {
  readonly place: Place;
  /** The schema; empty for true and false. */
  readonly value: JsonObject;
}

/** Schemas that one value may be checked against, references followed. */
const MOST_CHECKS = 10_000;

/**
 * Checks the references of a schema: each points at a schema inside the same document, none leads back to itself
 * without going into the value, and together they do not multiply beyond bounds.
 */
export function checkReferences(report: Report, root: Place, schemas: ReadonlyMap<string, SchemaNode>): void {
  const walk: Walk = {
    report,
    root,
    schemas,
    anchors: anchorsOf(schemas),
    known: knownTargets(root, schemas),
    costs: new Map(),
  };
  for (const node of schemas.values()) {
    const cost = costOf(walk, node);
    if (cost <= MOST_CHECKS) continue;
    const fix = 'refer fewer times to schemas that refer on';
    report.error(
      root.pointer,
      `References of the schema multiply to more than ${MOST_CHECKS} checks of one value: ${fix}.`,
    );
    return;
  }
}

interface Walk {
  readonly report: Report;
  readonly root: Place;
  readonly schemas: ReadonlyMap<string, SchemaNode>;
  readonly anchors: ReadonlyMap<string, string>;
  /** The end of a sentence that lists what can be referred to. */
  readonly known: string;
  /** Checks of one value that a schema causes; 0 while it is being counted. */
  readonly costs: Map<string, number>;
}

function anchorsOf(schemas: ReadonlyMap<string, SchemaNode>): ReadonlyMap<string, string> {
  const anchors = [...schemas].flatMap(([pointer, { value }]): [string, string][] => {
    const anchor = own(value, '$anchor');
    return typeof anchor === 'string' ? [[anchor, pointer]] : [];
  });
  return new Map(anchors);
}

function knownTargets(root: Place, schemas: ReadonlyMap<string, SchemaNode>): string {
  const all = [...schemas.keys()].map((key) => `#${key.slice(root.pointer.length)}`);
  const definitions = all.filter((key) => /^#\/(\$defs|definitions)\/[^/]+$/.test(key));
  return definitions.length === 0
    ? 'there is nothing under "$defs"'
    : `known: ${definitions.slice(0, 12).join(', ')}`;
}

function costOf(walk: Walk, node: SchemaNode): number {
  const { pointer } = node.place;
  const known = walk.costs.get(pointer);
  if (known !== undefined) return known;
  walk.costs.set(pointer, 0);
  let cost = 1;
  for (const next of [...targetsOf(walk, node), ...inPlaceOf(walk, node)]) {
    // Zero: counting of that schema has begun and not ended, so it leads back to itself.
    if (walk.costs.get(next.place.pointer) === 0) {
      const fix = 'let it go through "properties" or "items"';
      walk.report.error(`${pointer}/$ref`, `The reference leads back to itself without end: ${fix}.`);
    } else cost += costOf(walk, next);
  }
  const bounded = Math.min(cost, MOST_CHECKS + 1);
  walk.costs.set(pointer, bounded);
  return bounded;
}

function inPlaceOf(walk: Walk, { place, value }: SchemaNode): readonly SchemaNode[] {
  const pointers = IN_PLACE.flatMap((keyword) => {
    const member = own(value, keyword);
    if (member === undefined) return [];
    const at = inside(place, keyword, member);
    const isHolder = isArray(member) || keyword === 'dependentSchemas';
    return isHolder ? keysOf(member).map((key) => inside(at, key, null).pointer) : [at.pointer];
  });
  // What is no schema has been reported and is not in the map.
  return pointers.flatMap((pointer) => walk.schemas.get(pointer) ?? []);
}

function keysOf(value: Json): readonly string[] {
  return isArray(value) || isObject(value) ? Object.keys(value) : [];
}

function targetsOf(walk: Walk, { place, value }: SchemaNode): readonly SchemaNode[] {
  const reference = own(value, '$ref');
  if (typeof reference !== 'string') return [];
  const pointer = `${place.pointer}/$ref`;
  if (!reference.startsWith('#')) {
    const fix = 'write the schema under "$defs" and refer with "#/$defs/…"';
    walk.report.error(
      pointer,
      `"${reference}" is outside this schema, and nothing is loaded from elsewhere: ${fix}.`,
    );
    return [];
  }
  const name = decode(reference.slice(1));
  const target = walk.schemas.get(walk.anchors.get(name) ?? walk.root.pointer + name);
  if (target !== undefined) return [target];
  walk.report.error(pointer, `The schema has nothing at "${reference}"; ${walk.known}.`);
  return [];
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    // Not percent-encoded: then it is meant as it stands.
    return fragment;
  }
}
