import { isObject, own } from '../json.ts';
import type { Authentication } from './definition.ts';
import { readTextTemplate } from './expressions.ts';
import { inside, nameOf, notAvailable, readMembers, type Place, type Reading } from './reader.ts';
import { resolveReuse } from './reuse.ts';

const AVAILABLE = 'available authentications: basic, bearer.';

/** Reads the authentication of an endpoint: a policy, or `{use: name}` of one under `use.authentications`. */
export function readAuthentication(reading: Reading, place: Place | undefined): Authentication | undefined {
  if (place === undefined) return undefined;
  if (!isObject(place.value)) {
    const fix = 'write { use: name }, { basic: … } or { bearer: … }';
    reading.report.error(
      place.pointer,
      `An authentication must be an object, not ${nameOf(place.value)}: ${fix}.`,
    );
    return undefined;
  }
  const name = own(place.value, 'use');
  if (name === undefined) return readAuthenticationPolicy(reading, place);
  readMembers(reading, place, { what: 'A reference to an authentication', keys: ['use'] });
  const policy = resolveReuse(reading, 'authentications', inside(place, 'use', name));
  return policy === undefined ? undefined : readAuthenticationPolicy(reading, policy);
}

/** Reads an authentication written out: exactly one of `basic` and `bearer`. */
export function readAuthenticationPolicy(reading: Reading, place: Place): Authentication | undefined {
  const members = readMembers(reading, place, {
    what: 'An authentication',
    keys: ['basic', 'bearer'],
    refused: Object.fromEntries(
      ['digest', 'oauth2', 'oidc', 'certificate'].map((kind) => [
        kind,
        notAvailable(`authentication ${kind}`, AVAILABLE),
      ]),
    ),
  });
  const [basic, bearer] = [members?.get('basic'), members?.get('bearer')];
  if (basic !== undefined && bearer !== undefined) {
    reading.report.error(place.pointer, 'An authentication is either basic or bearer: remove one.');
    return undefined;
  }
  if (basic !== undefined) return readBasic(reading, basic);
  if (bearer !== undefined) return readBearer(reading, bearer);
  if (isObject(place.value) && Object.keys(place.value).length === 0) {
    reading.report.error(place.pointer, 'An authentication needs "basic" or "bearer": add one.');
  }
  return undefined;
}

function readBasic(reading: Reading, place: Place): Authentication | undefined {
  const members = readMembers(reading, place, credentials('basic', ['username', 'password']));
  const username = readTextTemplate(reading, members?.get('username'));
  const password = readTextTemplate(reading, members?.get('password'));
  return username === undefined || password === undefined ? undefined : { kind: 'basic', username, password };
}

function readBearer(reading: Reading, place: Place): Authentication | undefined {
  const token = readTextTemplate(
    reading,
    readMembers(reading, place, credentials('bearer', ['token']))?.get('token'),
  );
  return token === undefined ? undefined : { kind: 'bearer', token };
}

function credentials(kind: string, keys: readonly string[]): Parameters<typeof readMembers>[2] {
  const instead = `write ${keys.join(' and ')}.`;
  return {
    what: `The authentication "${kind}"`,
    keys,
    required: keys,
    refused: { use: notAvailable(`authentication ${kind} from a secret`, instead) },
  };
}
