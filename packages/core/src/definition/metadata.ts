import { isObject, own } from '../json.ts';
import { inside, nameOf, readInteger, readMembers, type Place, type Reading } from './reader.ts';

/** Checks `metadata` where Baton reads nothing from it: it is free but for the block `baton`. */
export function checkMetadata(reading: Reading, place: Place | undefined): void {
  const baton = batonBlock(reading, place);
  if (baton === undefined) return;
  readMembers(reading, baton, {
    what: 'The block metadata.baton',
    keys: [],
    refused: { concurrency: 'Only a "for" task has concurrency: remove it here.' },
  });
}

/** Reads `metadata.baton.concurrency` of a loop: iterations open at once, 1 to 500, 1 by default. */
export function readConcurrency(reading: Reading, place: Place | undefined): number {
  const baton = batonBlock(reading, place);
  if (baton === undefined) return 1;
  const members = readMembers(reading, baton, { what: 'The block metadata.baton', keys: ['concurrency'] });
  return readInteger(reading, members?.get('concurrency'), { min: 1, max: 500 }) ?? 1;
}

function batonBlock(reading: Reading, place: Place | undefined): Place | undefined {
  if (place === undefined) return undefined;
  if (isObject(place.value)) {
    const baton = own(place.value, 'baton');
    return baton === undefined ? undefined : inside(place, 'baton', baton);
  }
  reading.report.error(place.pointer, `"metadata" must be an object, not ${nameOf(place.value)}.`);
  return undefined;
}
