import { isObject, own } from '../json.ts';
import { inside, nameOf, readMap, readMembers, notAvailable, type Place, type Reading } from './reader.ts';
import { suggest } from './suggestion.ts';

/** The parts of `use` that tasks refer to by name. */
export type ReuseSection = 'errors' | 'retries' | 'timeouts' | 'authentications';

/** What `use` declares. Parts are read where they are used, with the variables of that place. */
export interface Reuse {
  readonly place: Place;
  /** Places already read through a name. */
  readonly read: Set<string>;
}

/** `use` of a document; its value may be anything yet. */
export function createReuse(place: Place): Reuse {
  return { place, read: new Set() };
}

/** The place that a name under `use` stands for; an unknown name is a problem. */
export function resolveReuse(reading: Reading, section: ReuseSection, place: Place): Place | undefined {
  const { value } = place;
  if (typeof value !== 'string') {
    reading.report.error(
      place.pointer,
      `This must be a name declared under use.${section}, not ${nameOf(value)}.`,
    );
    return undefined;
  }
  const sections = reading.reuse.place.value;
  const declared = isObject(sections) ? own(sections, section) : undefined;
  const found = isObject(declared) ? own(declared, value) : undefined;
  if (found === undefined) {
    const known = isObject(declared) ? Object.keys(declared) : [];
    const fix = known.length === 0 ? `declare it there.` : suggest(value, known);
    reading.report.error(place.pointer, `use.${section} has no "${value}"; ${fix}`);
    return undefined;
  }
  const target = inside(inside(reading.reuse.place, section, null), value, found);
  reading.reuse.read.add(target.pointer);
  return target;
}

/** Checks the shape of `use` and reads every part that no task has read. */
export function readUnused(
  reading: Reading,
  readers: Readonly<Record<ReuseSection, (reading: Reading, place: Place) => unknown>>,
): void {
  const members = readMembers(reading, reading.reuse.place, {
    what: 'The block "use"',
    keys: ['authentications', 'errors', 'retries', 'timeouts'],
    refused: {
      catalogs: notAvailable('use.catalogs', 'the catalog "default" with agent and human is always there.'),
      extensions: notAvailable('use.extensions'),
      functions: notAvailable('use.functions', 'available calls: http, agent, human.'),
      secrets: notAvailable('use.secrets'),
    },
  });
  const read = (section: ReuseSection): void => {
    const place = members?.get(section);
    const parts = place === undefined ? [] : readMap(reading, place, `use.${section}`);
    for (const part of parts) if (!reading.reuse.read.has(part.pointer)) readers[section](reading, part);
  };
  read('authentications');
  read('errors');
  read('retries');
  read('timeouts');
}
