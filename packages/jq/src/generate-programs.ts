import fc from 'fast-check';
import type { Json } from './index.ts';

const names = ['a', 'b', 'c'];
const scalar = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, 1, -1, 2, 3.5, 100),
  fc.constantFrom<Json>('', 'a', 'b', 'abc', 'a,b', 'é😀', ' x ', '12'),
);
const { value: anyInput } = fc.letrec<{ value: Json; array: Json[]; object: { [key: string]: Json } }>(
  (tie) => ({
    value: fc.oneof({ maxDepth: 3 }, scalar, tie('array'), tie('object')),
    array: fc.array(tie('value'), { maxLength: 4 }),
    object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  }),
);

const leaf = fc.constantFrom(
  ...'. .a .b .c .[] .[0] .[-1] .[1:] .[:2] .a? .[]? .. null true 1 2 "a" "," [] {} $x'.split(' '),
  ...'length keys type not add reverse sort unique min max flatten tojson tostring tonumber explode'.split(
    ' ',
  ),
  ...'to_entries from_entries paths any all empty first last ascii_downcase trim transpose floor'.split(' '),
  ...'isempty(.[]?) values numbers scalars tostream error abs combinations @json @text @csv @html @base64'.split(
    ' ',
  ),
);

const placeLeaf = fc.constantFrom(...'. .a .b .c .[0] .[-1] .[1:] .[:2] .[] .a? .[]? .. empty'.split(' '));

/** A! to C! stand for programs, P! and Q! for expressions that lead to places. */
const shapes = [
  '(A! | B!)',
  '(A! | B!)',
  '(A!, B!)',
  '[A!]',
  '(A! // B!)',
  '(A! + B!)',
  '(A! - B!)',
  '(A! * B!)',
  '(A! == B!)',
  '(A! < B!)',
  '(A! and B!)',
  '(A! or B!)',
  'if A! then B! else C! end',
  '(try A! catch B!)',
  '(A!)?',
  '{a: A!, b: B!}',
  '{(A! | tostring): B!}',
  '(A! as $x | B!)',
  '(A! as [$x] | B!)',
  '(A! as {a: $x} ?// $x | B!)',
  'reduce A! as $x (.; B!)',
  'reduce A! as $x (null; B!)',
  '[foreach A! as $x (0; B!; C!)]',
  '(P! |= B!)',
  '(P! = B!)',
  '(P! += B!)',
  '(P! //= B!)',
  'del(P!)',
  '[path(P!)]',
  'pick(P!)',
  'map_values(A!)',
  'map(A!)',
  'select(A!)',
  'sort_by(A!)',
  'group_by(A!)',
  'unique_by(A!)',
  'min_by(A!)',
  'with_entries(A!)',
  'first(A!)',
  '[limit(2; A!)]',
  '[skip(1; A!)]',
  'any(A!; B!)',
  'all(A!)',
  '(label $f | A!, break $f, B!)',
  'def f: A!; (f | B!)',
  'def f(g): (g | B!); f(A!)',
  'def f($x): B!; f(A!)',
  '"x\\(A!)y"',
  'getpath([A!])',
  'has(A!)',
  'contains(A!)',
  'index(A!)',
  'split(A!)',
  'join(A!)',
  'startswith(A!)',
  'ltrimstr(A!)',
  'test(A!)',
  'walk(A!)',
  'add(A!)',
  'last(A!)',
  'until(A! | true; B!)',
  '.[A!]',
  '.[A!:B!]',
  'isempty(A!)',
];

const placeShapes = [
  '(P! | Q!)',
  '(P!, Q!)',
  '(P! // Q!)',
  'if A! then P! else Q! end',
  '(P!)?',
  '(P! | select(A!))',
  'first(P!)',
  '(A! as $x | P!)',
  'getpath(["a", "b"])',
  'def f: P!; (f | Q!)',
  '(P! | recurse)',
];

const { program: anyProgram } = fc.letrec<{ program: string; place: string }>((tie) => {
  const slots = fc.record({
    A: tie('program'),
    B: tie('program'),
    C: tie('program'),
    P: tie('place'),
    Q: tie('place'),
  });
  const fill = (template: string) =>
    slots.map((parts) =>
      Object.entries(parts).reduce(
        (text, [slot, part]) => text.replaceAll(`${slot}!`, part),
        `(${template})`,
      ),
    );
  return {
    program: fc.oneof({ maxDepth: 4, depthSize: 'small' }, leaf, ...shapes.map(fill)),
    place: fc.oneof({ maxDepth: 3, depthSize: 'small' }, placeLeaf, ...placeShapes.map(fill)),
  };
});

/** Inputs: small values of every type, nested a little. */
export const inputs: fc.Arbitrary<Json> = anyInput;

/** Programs that compile, made of most of the language; they may use the variable `$x`. */
export const programs: fc.Arbitrary<string> = anyProgram;
