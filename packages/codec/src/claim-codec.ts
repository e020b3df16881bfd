import { isObject } from '@baton/core';

/** What a history holds in place of a large body. */
export interface Claim {
  /** `<workspace id>/<sha256>` */
  readonly ref: string;
  readonly sha256: string;
  /** Bytes of the body that was replaced. */
  readonly size: number;
}

/** Reads a claim; throws when the text is none. */
export function readClaim(json: string): Claim {
  const value: unknown = JSON.parse(json);
  if (isObject(value)) {
    const { ref, sha256, size } = value;
    if (typeof ref === 'string' && typeof sha256 === 'string' && typeof size === 'number')
      return { ref, sha256, size };
  }
  throw new Error(`A claim-checked payload holds no claim: ${json.slice(0, 200)}`);
}
