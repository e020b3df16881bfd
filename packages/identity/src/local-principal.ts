import { PLATFORM_ROLES, type PlatformRole } from '@baton/contracts';
import type { Principal } from './principal.ts';

/** The issuer of local principals. */
export const LOCAL_ISSUER = 'dev';

const TOKEN = /^Bearer +dev:([A-Za-z0-9][A-Za-z0-9._@-]{0,63})(?::([^:]*))?$/i;
const ROLE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MOST_ROLES = 50;
const DEFAULT_ROLES: readonly PlatformRole[] = ['author', 'operator', 'approver'];

/**
 * Reads `Authorization: Bearer dev:<user>[:role,…]`; null for anything else. Without roles the principal is author, operator
 * and approver. Role names the platform does not know give no permission but count as candidate roles of human tasks.
 * Everybody is a viewer: on one machine there is nobody to hide from. For the loopback profile only.
 */
export function parseLocalPrincipal(
  authorization: string | undefined,
  workspace: string | null,
): Principal | null {
  const match = TOKEN.exec(authorization ?? '');
  const user = match?.[1];
  if (user === undefined) return null;
  const given = rolesOf(match?.[2]);
  if (given === null) return null;
  const platform = PLATFORM_ROLES.filter((role) => role === 'viewer' || given.includes(role));
  return {
    issuer: LOCAL_ISSUER,
    subject: user,
    name: user,
    roles: platform,
    // An admin stands in for every platform role, not for roles that a policy invents.
    candidateRoles: given.includes('admin') ? [...new Set([...given, ...PLATFORM_ROLES])] : given,
    workspace,
  };
}

function rolesOf(text: string | undefined): readonly string[] | null {
  if (text === undefined) return DEFAULT_ROLES;
  const roles = [...new Set(text.split(',').map((role) => role.trim()))];
  return roles.length <= MOST_ROLES && roles.every((role) => ROLE.test(role)) ? roles : null;
}
