import { isObject } from '../json.ts';
import { nameOf, type Place } from './reader.ts';
import type { Report } from './report.ts';

/** Checks that a JSON Schema compiles and is bounded. */
export function checkJsonSchema(report: Report, place: Place): void {
  if (isObject(place.value) || typeof place.value === 'boolean') return;
  report.error(place.pointer, `A JSON Schema must be an object, true or false, not ${nameOf(place.value)}.`);
}
