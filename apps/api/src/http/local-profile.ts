import { forbidden } from './refusals.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** True for a host that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.toLowerCase()) || host === '::1';
}

/**
 * Refuses what a browser may have been tricked into sending: a Host that is not this machine (DNS rebinding), and the
 * Origin of any page but our own. Throws 403.
 */
export function checkLocalProfile(host: string | undefined, origin: string | undefined): void {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host ?? '')?.[1];
  if (name === undefined || !LOOPBACK.has(name.toLowerCase())) {
    throw forbidden(
      'The Host header must be localhost, 127.0.0.1 or [::1]: this API serves its own machine only.',
    );
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host ?? ''}`.toLowerCase()) {
    throw forbidden('Pages of other origins may not call this API.');
  }
}
