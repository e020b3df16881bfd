import { isName, isVariableName } from '../names.ts';
import { RESERVED_VARIABLES } from './expressions.ts';
import { label, readFixedText, type Place, type Reading } from './reader.ts';

/** Reads the name of a variable, as it follows `$`; the fallback stands in for an absent or wrong one. */
export function readVariable(reading: Reading, place: Place | undefined, fallback: string): string {
  const name = readFixedText(reading, place);
  if (place === undefined || name === undefined) return fallback;
  if (RESERVED_VARIABLES.includes(name)) {
    reading.report.error(
      place.pointer,
      `$${name} is the language's own variable: give ${label(place)} another name.`,
    );
  } else if (isVariableName(name)) {
    return name;
  } else {
    const fix = 'use letters, digits and "_", without "$", beginning with a letter';
    reading.report.error(place.pointer, `${label(place)} cannot be "${name}": ${fix}.`);
  }
  return fallback;
}

/** Reads a name of the language: letters, digits and inner hyphens. */
export function readName(reading: Reading, place: Place | undefined): string | undefined {
  const name = readFixedText(reading, place);
  if (place === undefined || name === undefined || isName(name)) return name;
  const fix = 'use 1 to 63 letters, digits and hyphens, with a letter or digit at both ends';
  reading.report.error(place.pointer, `${label(place)} cannot be "${name}": ${fix}.`);
  return undefined;
}
