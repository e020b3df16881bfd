import { malformedParameter } from '../http/refusals.ts';

/** Positions are 32-bit numbers in the database; a larger one is after everything. */
const LARGEST = 2_147_483_647;

/** The position to go on after, from the header, the query or both (the header wins). Throws 400 for anything but a number. */
export function positionAfter(header: string | undefined, query: string | undefined): number {
  const given = header ?? query;
  if (given === undefined || given === '') return 0;
  const parameter = header === undefined ? 'lastEventId' : 'Last-Event-ID';
  if (!/^\d{1,15}$/.test(given))
    throw malformedParameter(parameter, 'An event id is the position of an event: a whole number.');
  return Math.min(Number(given), LARGEST);
}
