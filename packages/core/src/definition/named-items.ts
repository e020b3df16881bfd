import { isObject } from '../json.ts';
import { inside, nameOf, type Place, type Reading } from './reader.ts';

/** An item of a list of one-key objects. */
export interface NamedItem {
  readonly name: string;
  readonly place: Place;
}

/** Reads an item such as `- name: {…}`: an object with exactly one key, which is its name. */
export function readNamedItem(reading: Reading, place: Place, what: string): NamedItem | undefined {
  const { value, pointer } = place;
  const entries = isObject(value) ? Object.entries(value) : [];
  const [first] = entries;
  if (first === undefined || entries.length > 1) {
    const got = isObject(value) ? `an object with ${entries.length} keys` : nameOf(value);
    const fix = entries.length > 1 ? ' Indent its body further, or begin each with "- ".' : '';
    reading.report.error(
      pointer,
      `${what} is written as one name with its body, "- name: …", not as ${got}.${fix}`,
    );
    return undefined;
  }
  const [name, body] = first;
  const item = { name, place: inside(place, name, body) };
  if (name.trim() === '' || name.length > 128) {
    reading.report.error(item.place.pointer, `${what} needs a name of 1 to 128 characters.`);
  }
  return item;
}

/** Reports names that repeat in one scope. */
export function checkNamed(reading: Reading, items: readonly NamedItem[], among: string): void {
  const seen = new Set<string>();
  for (const { name, place } of items) {
    if (seen.has(name)) reading.report.error(place.pointer, `The ${among} have "${name}" twice: rename one.`);
    seen.add(name);
  }
}
