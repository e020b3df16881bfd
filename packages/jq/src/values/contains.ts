import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import { isObject, readKey, typeName } from '../json.ts';
import type { Json } from '../json.ts';
import { equal } from './compare.ts';
import { describeValue, maxValueDepth } from './text.ts';

/**
 * Tells whether `part` is contained in `whole`: strings by substring, arrays when every item of the part is contained
 * in some item, objects key by key. Throws `JqError` when the two are of different types.
 */
export function contains(meter: Meter, whole: Json, part: Json): boolean {
  // jq takes true and false for two types here.
  if (typeName(whole) !== typeName(part) || (typeof whole === 'boolean' && whole !== part)) {
    throw new JqError(
      `${describeValue(whole)} and ${describeValue(part)} cannot have their containment checked`,
    );
  }
  return createCheck(meter)(whole, part);
}

/** One goal: some (or every) one of these pairs must hold. */
interface Goal {
  readonly every: boolean;
  readonly pairs: (index: number) => readonly [Json, Json] | Goal | undefined;
  next: number;
}

/** Walks a tree of alternatives and demands on a stack of its own, so that depth costs no native stack. */
function createCheck(meter: Meter): (whole: Json, part: Json) => boolean {
  return (whole, part) => {
    const first = begin(meter, whole, part);
    if (typeof first === 'boolean') return first;
    const stack: Goal[] = [first];
    let answer: boolean | null = null;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (answer !== null && answer !== top.every) {
        // A failed demand or a found alternative settles the goal above as well.
        stack.pop();
        continue;
      }
      answer = null;
      const pair = top.pairs(top.next);
      top.next += 1;
      if (pair === undefined) {
        answer = top.every;
        stack.pop();
        continue;
      }
      meter.chargeMembers(1);
      const inner = isGoal(pair) ? pair : begin(meter, pair[0], pair[1]);
      if (typeof inner === 'boolean') answer = inner;
      else {
        if (stack.length >= 2 * maxValueDepth) throw new JqError('Containment check too deep');
        stack.push(inner);
      }
    }
    return answer ?? true;
  };
}

function isGoal(step: readonly [Json, Json] | Goal): step is Goal {
  return !Array.isArray(step);
}

function begin(meter: Meter, whole: Json, part: Json): boolean | Goal {
  if (Array.isArray(whole) && Array.isArray(part)) {
    return {
      every: true,
      next: 0,
      pairs: (index) => {
        const item = part[index];
        return item === undefined ? undefined : someItem(whole, item);
      },
    };
  }
  if (isObject(whole) && isObject(part)) {
    const keys = Object.keys(part);
    if (!keys.every((key) => Object.hasOwn(whole, key))) return false;
    return {
      every: true,
      next: 0,
      pairs: (index) => pairAt(keys[index], (key) => [readKey(whole, key), readKey(part, key)]),
    };
  }
  if (typeof whole === 'string' && typeof part === 'string') {
    meter.chargeText(whole.length);
    return whole.includes(part);
  }
  return equal(meter, whole, part);
}

function pairAt(
  key: string | undefined,
  pair: (key: string) => readonly [Json, Json],
): readonly [Json, Json] | undefined {
  return key === undefined ? undefined : pair(key);
}

function someItem(whole: readonly Json[], item: Json): Goal {
  return {
    every: false,
    next: 0,
    pairs: (index) => {
      const candidate = whole[index];
      return candidate === undefined ? undefined : [candidate, item];
    },
  };
}
