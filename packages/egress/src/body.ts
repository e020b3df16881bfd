import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { EgressError } from './errors.ts';

/** Parameters of {@link decodedChunks}. */
export interface DecodeParams {
  readonly body: Readable;
  /** The Content-Encoding of the answer, as sent; '' when there is none. */
  readonly encoding: string;
  /** The most bytes to let through, counted after decompression. */
  readonly maxBytes: number;
}

/** What is asked for and what is accepted. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** A compressed body may be empty members for ever: its raw size is capped as well, with room for small answers. */
const RAW_ALLOWANCE = 65_536;

/**
 * The body, decompressed, never more than `maxBytes` of it: over the cap the source is destroyed and `too_large` thrown
 * before the next chunk is produced. Throws `unsupported_encoding` for an encoding outside the list.
 */
export async function* decodedChunks(params: DecodeParams): AsyncGenerator<Uint8Array, void> {
  const { body, maxBytes } = params;
  const decoder = decoderOf(params);
  if (decoder !== null) {
    // Errors of either side reach the reader of the decoder; this callback has nothing to add.
    pipeline(
      body,
      (source: AsyncIterable<Uint8Array>) => capped(source, maxBytes + RAW_ALLOWANCE),
      decoder,
      () => {},
    );
  }
  yield* capped(decoder ?? body, maxBytes);
}

async function* capped(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.byteLength;
    if (total > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** The refusal of an answer over its cap. */
export function tooLarge(maxBytes: number): EgressError {
  return new EgressError('too_large', `The answer is larger than the limit of ${maxBytes} bytes.`);
}

function decoderOf({ body, encoding }: DecodeParams): Transform | null {
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      discard(body);
      throw new EgressError(
        'unsupported_encoding',
        `The answer's Content-Encoding "${encoding.slice(0, 60)}" is not accepted; allowed: ${ACCEPT_ENCODING}.`,
      );
  }
}

/** Gives up a body without reading it; its connection is closed. */
export function discard(body: Readable): void {
  // Nobody reads this body any more, so how its stream ends is of no interest.
  body.on('error', () => {});
  body.destroy();
}
