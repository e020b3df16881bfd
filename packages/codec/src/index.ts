export {
  CLAIM_ENCODING,
  CLAIM_THRESHOLD_BYTES,
  createClaimCheck,
  type ClaimStore,
  type PayloadOwner,
} from './claim-check.ts';
