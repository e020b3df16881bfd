import type { PlatformRole } from '@baton/contracts';

/** Who asks. */
export interface Principal {
  /** Who vouches for the subject: `dev` for local principals, else the token's issuer. */
  readonly issuer: string;
  /** The person's or service's id at the issuer. */
  readonly subject: string;
  /** The name to show, and the one policies of human tasks know users by. */
  readonly name: string;
  /** What the principal may do on the platform. */
  readonly roles: readonly PlatformRole[];
  /** Every role by its own name, known to the platform or not: candidates of human tasks are named by these. */
  readonly candidateRoles: readonly string[];
  /** Name of the workspace asked for; null: the default one. */
  readonly workspace: string | null;
}

/** The one opaque text for a principal, `issuer|subject`: what is stored, compared and shown. Names are never compared. */
export function principalId(principal: Pick<Principal, 'issuer' | 'subject'>): string {
  return `${principal.issuer}|${principal.subject}`;
}
