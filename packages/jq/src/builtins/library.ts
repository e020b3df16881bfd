import { parseProgram } from '../syntax/parser.ts';
import type { LibraryFunction } from '../engine/compiler.ts';

/** Built-ins written in jq. None may call itself; a loop is a function inside of it. */
const sources: readonly string[] = [
  'def select(f): if f then . else empty end;',
  'def map(f): [.[] | f];',
  'def map_values(f): .[] |= f;',
  'def recurse: ..;',
  'def recurse(f): def r: ., (f | r); r;',
  'def recurse(f; c): def r: ., (f | select(c) | r); r;',
  'def values: select(. != null);',
  'def nulls: select(. == null);',
  'def booleans: select(type == "boolean");',
  'def numbers: select(type == "number");',
  'def strings: select(type == "string");',
  'def arrays: select(type == "array");',
  'def objects: select(type == "object");',
  'def iterables: select(type | . == "array" or . == "object");',
  'def scalars: select(type | . != "array" and . != "object");',
  'def finites: select(isinfinite or isnan | not);',
  'def normals: select(isnormal);',
  'def in(xs): . as $x | xs | has($x);',
  'def inside(xs): . as $x | xs | contains($x);',
  'def sort_by(f): _sort_by(map([f]));',
  'def group_by(f): _group_by(map([f]));',
  'def unique_by(f): _unique_by(map([f]));',
  'def min_by(f): _min_by(map([f]));',
  'def max_by(f): _max_by(map([f]));',
  'def with_entries(f): to_entries | map(f) | from_entries;',
  'def del(f): delpaths([path(f)]);',
  'def paths: path(..) | select(length > 0);',
  'def paths(f): . as $root | paths | select(. as $p | $root | getpath($p) | f);',
  'def leaf_paths: paths(scalars);',
  'def pick(f): . as $root | reduce path(f) as $p (null; setpath($p; $root | getpath($p)));',
  'def first: .[0];',
  'def last: .[-1];',
  'def nth($n): .[$n];',
  'def any: any(.[]; .);',
  'def all: all(.[]; .);',
  'def any(f): any(.[]; f);',
  'def all(f): all(.[]; f);',
  'def any(g; c): isempty(first(g | c | select(.))) | not;',
  'def all(g; c): isempty(first(g | c | select(. | not)));',
  'def until(c; f): def loop: if c then . else f | loop end; loop;',
  'def while(c; f): def loop: if c then ., (f | loop) else empty end; loop;',
  'def repeat(f): def loop: f, loop; loop;',
  'def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;',
  'def indices($i): if type == "string" and ($i | type) == "string" then _strindices($i) else _indices($i) end;',
  'def index($i): indices($i) | .[0];',
  'def rindex($i): indices($i) | .[-1:][0];',
  'def combinations: def c: if length == 0 then [] else .[0][] as $x | (.[1:] | c) as $w | [$x] + $w end; c;',
  'def combinations(n): . as $dot | [range(n)] | map($dot) | combinations;',
  'def match(re): _match(re)[];',
  'def match(re; $flags): _match(re; $flags)[];',
  'def capture(re): _capture(re)[];',
  'def capture(re; $flags): _capture(re; $flags)[];',
  'def scan($re): scan($re; null);',
  'def scan($re; $flags): match($re; "g" + $flags) | if .captures == [] then .string else [.captures[].string] end;',
  'def splits($re): splits($re; null);',
  'def splits($re; $flags): split($re; $flags)[];',
  'def sub($re; f): sub($re; f; "");',
  `def sub($re; f; $flags): . as $text | _edits($re; $flags) as $edits
     | [$edits[] | .groups | [f]] as $inserts | $text | _splice($edits; $inserts)[];`,
  'def gsub($re; f): sub($re; f; "g");',
  'def gsub($re; f; $flags): sub($re; f; $flags + "g");',
  'def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);',
  `def fromstream(f): {x: null, e: false} as $init | foreach f as $i ($init;
     if .e then $init else . end
     | if $i | length == 2
       then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
       else setpath(["e"]; $i[0] | length == 1) end;
     if .e then .x else empty end);`,
  `def truncate_stream(stream): . as $n | null | stream | . as $input
     | if (.[0] | length) > $n then setpath([0]; $input[0][$n:]) else empty end;`,
  'def todate: strftime("%Y-%m-%dT%H:%M:%SZ");',
  'def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;',
  'def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");',
  'def fromdate: fromdateiso8601;',
  'def date: todate;',
  'def dateadd(u; n): . + n;',
  'def datesub(u; n): . - n;',
  'def INDEX(f): INDEX(.[]; f);',
  'def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);',
  'def IN(s): any(s == .; .);',
  'def IN(src; s): any(src == s; .);',
  'def JOIN($idx; f): [.[] | [., $idx[f]]];',
  'def JOIN($idx; stream; f): stream | [., $idx[f]];',
  'def JOIN($idx; stream; f; join): stream | [., $idx[f]] | join;',
];

/** A lookup of the built-ins written in jq, which parses each when it is first wanted. */
export function createLibrary(): (name: string, arity: number) => LibraryFunction | null {
  const parsed = new Map<string, LibraryFunction>();
  return (name, arity) => {
    const signature = `${name}/${arity}`;
    const known = parsed.get(signature);
    if (known !== undefined) return known;
    const source = sources.find((text) => signatureOf(text) === signature);
    if (source === undefined) return null;
    const tree = parseProgram(source);
    if (tree.kind !== 'define') return null;
    const { params, body } = tree.definition;
    const made = { params, body };
    parsed.set(signature, made);
    return made;
  };
}

/** `name/arity` of a definition, read off its text. */
function signatureOf(source: string): string {
  const [, name = '', params] = /^def (\w+)(?:\(([^)]*)\))?:/.exec(source) ?? [];
  return `${name}/${params === undefined ? 0 : params.split(';').length}`;
}

/** The signatures of all built-ins written in jq. */
export function librarySignatures(): string[] {
  return sources.map(signatureOf);
}
