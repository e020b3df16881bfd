export { authorize, PERMISSIONS } from './authorize.ts';
export { LOCAL_ISSUER, parseLocalPrincipal } from './local-principal.ts';
export { principalId, type Principal } from './principal.ts';
