import { AppError } from '@baton/core';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { malformed, tooLarge } from './refusals.ts';

/**
 * The bytes of a request body, decompressed. Throws `too_large` over the limit (counted on what comes out of the
 * decompression), `unsupported_media_type` for encodings other than identity and gzip, `malformed` when the
 * body does not decompress or ends too early. What is left unread, the server discards.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new AppError({
      code: 'unsupported_media_type',
      message: `Content-Encoding "${encoding.slice(0, 100)}" is not read; send identity or gzip.`,
    });
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw overLimit(maxBytes);
  return collect(request, encoding === 'gzip', maxBytes);
}

function collect(request: IncomingMessage, compressed: boolean, maxBytes: number): Promise<Uint8Array> {
  const source: Readable = compressed ? request.pipe(createGunzip()) : request;
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const stop = (error: AppError): void => {
      source.removeAllListeners('data');
      request.unpipe();
      if (compressed) source.destroy();
      request.resume();
      reject(error);
    };
    source.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > maxBytes) stop(overLimit(maxBytes));
      else chunks.push(chunk);
    });
    source.on('end', () => resolve(Buffer.concat(chunks)));
    source.on('error', () => stop(malformed('The body does not decompress, or broke off.')));
    request.on('error', () => stop(malformed('The body broke off.')));
    request.on('close', () => {
      if (!request.complete) reject(malformed('The body broke off.'));
    });
  });
}

function overLimit(maxBytes: number): AppError {
  return tooLarge(`The body may have ${maxBytes} bytes (${Math.round(maxBytes / 1024)} KiB), decompressed.`);
}
