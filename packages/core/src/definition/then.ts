import { label, readText, type Place, type Reading } from './reader.ts';
import { suggest } from './suggestion.ts';

const DIRECTIVES = ['continue', 'exit', 'end'];

/** True for `continue`, `exit` and `end`, which no task can be told from by its name. */
export function isDirective(word: string): boolean {
  return DIRECTIVES.includes(word);
}

/** Reads a flow directive: a word of the language, or the name of a task in the same scope. */
export function readThen(reading: Reading, place: Place | undefined): string | undefined {
  const target = readText(reading, place);
  if (place === undefined || target === undefined || isDirective(target)) return target;
  const { targets } = reading;
  if (targets === undefined) {
    const fix = `write ${DIRECTIVES.join(', ')} or leave ${label(place)} out`;
    reading.report.error(
      place.pointer,
      `Branches of a fork run side by side and cannot jump to each other: ${fix}.`,
    );
  } else if (!targets.includes(target)) {
    const fix = suggest(target, [...targets, ...DIRECTIVES]);
    reading.report.error(place.pointer, `No task of this scope is called "${target}"; ${fix}`);
  }
  return target;
}
