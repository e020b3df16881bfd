import { isArray, type Json, type JsonObject } from '../json.ts';
import { expressionIn, readTemplate } from './expressions.ts';
import {
  label,
  nameOf,
  notAvailable,
  readBoolean,
  readFixedText,
  readInteger,
  readMembers,
  readWord,
  type Members,
  type Place,
  type Reading,
} from './reader.ts';

/** Who decides when a human task names nobody: everyone with this role. */
const DEFAULT_CANDIDATES = { users: [], roles: ['approver'] };

/** Most approvals a quorum may ask for, and most users or roles that may be named. */
const MOST_CANDIDATES = 100;

/**
 * Reads the policy of a human task with its defaults filled in: mode `any`, the requester excluded,
 * and without candidates everyone with the role `approver`. Candidates may be expressions, which stay as written.
 */
export function readPolicy(reading: Reading, place: Place | undefined): JsonObject | undefined {
  if (place === undefined) return { mode: 'any', candidates: DEFAULT_CANDIDATES, excludeRequester: true };
  const members = readMembers(reading, place, {
    what: 'A policy',
    keys: ['mode', 'n', 'candidates', 'excludeRequester'],
    refused: Object.fromEntries(
      ['groups', 'rejectMode', 'excludePrior', 'reuseApproval'].map((key) => [
        key,
        notAvailable(`"${key}" of a policy`),
      ]),
    ),
  });
  if (members === undefined) return undefined;
  const mode = members.has('mode')
    ? readWord(reading, members.get('mode'), { known: ['any', 'all', 'quorum'], refused: ['perGroup'] })
    : 'any';
  const candidates = readCandidates(reading, members.get('candidates'));
  const excludeRequester = readBoolean(reading, members.get('excludeRequester')) ?? true;
  const n = readApprovals(reading, place, { members, mode, candidates });
  if (mode === undefined || candidates === undefined) return undefined;
  return { mode, ...(n === undefined ? {} : { n }), candidates: { ...candidates }, excludeRequester };
}

interface Candidates {
  readonly users: readonly string[] | string;
  readonly roles: readonly string[] | string;
}

function readCandidates(reading: Reading, place: Place | undefined): Candidates | undefined {
  if (place === undefined) return DEFAULT_CANDIDATES;
  const members = readMembers(reading, place, {
    what: 'The candidates of a policy',
    keys: ['users', 'roles'],
    refused: {
      groups: notAvailable('"groups" of candidates', 'available: users, roles.'),
      expression: notAvailable('"expression" of candidates', 'make users or roles one ${ … } expression.'),
    },
  });
  if (members === undefined) return undefined;
  const users = readNames(reading, members.get('users'));
  const roles = readNames(reading, members.get('roles'));
  if (users === undefined || roles === undefined) return undefined;
  if (users.length > 0 || roles.length > 0) return { users, roles };
  reading.report.error(
    place.pointer,
    'Nobody could decide: name users or roles, or leave the candidates out.',
  );
  return undefined;
}

function readNames(reading: Reading, place: Place | undefined): readonly string[] | string | undefined {
  if (place === undefined) return [];
  if (typeof place.value === 'string' && expressionIn(place.value) !== undefined) {
    readTemplate(reading, place);
    return place.value;
  }
  if (!isArray(place.value) || place.value.length > MOST_CANDIDATES) {
    const what = isArray(place.value) ? `${place.value.length} names` : nameOf(place.value);
    const want = `a list of at most ${MOST_CANDIDATES} names or one \${ … } expression`;
    reading.report.error(place.pointer, `${label(place)} must be ${want}, not ${what}.`);
    return undefined;
  }
  const names = place.value.map((value: Json, i) =>
    readFixedText(reading, { value, pointer: `${place.pointer}/${i}` }),
  );
  const valid = names.filter((name) => name !== undefined);
  return valid.length === names.length ? [...new Set(valid)] : undefined;
}

interface Counting {
  readonly members: Members;
  readonly mode: string | undefined;
  readonly candidates: Candidates | undefined;
}

function readApprovals(reading: Reading, place: Place, counting: Counting): number | undefined {
  const given = counting.members.get('n');
  const n = readInteger(reading, given, { min: 1, max: MOST_CANDIDATES });
  if (counting.mode === undefined) return n;
  if (counting.mode !== 'quorum') {
    if (given === undefined) return undefined;
    reading.report.error(given.pointer, `"n" belongs to the mode quorum: set "mode: quorum" or remove it.`);
    return undefined;
  }
  if (given === undefined) {
    reading.report.error(place.pointer, 'The mode quorum needs "n": say how many people must approve.');
    return undefined;
  }
  // With roles or expressions nobody knows yet how many people there are.
  const { users = '', roles = '' } = counting.candidates ?? {};
  if (n !== undefined && typeof users !== 'string' && roles.length === 0 && users.length < n) {
    const fix = 'name more of them or lower "n"';
    reading.report.error(given.pointer, `${n} approvals can never come from ${users.length} users: ${fix}.`);
  }
  return n;
}
