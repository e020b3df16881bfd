import { collections } from './collections.ts';
import { dates } from './dates.ts';
import { formats } from './formats.ts';
import { math } from './math.ts';
import type { Native } from './native.ts';
import { regex } from './regex.ts';
import { strings } from './strings.ts';
import { structure } from './structure.ts';

/** All built-ins in TypeScript. Together with the specials and the library they are all a program can call. */
export const natives: ReadonlyMap<string, Native> = new Map(
  [collections, dates, formats, math, regex, strings, structure].flatMap((table) => Object.entries(table)),
);
