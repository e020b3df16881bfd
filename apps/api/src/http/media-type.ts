import { AppError } from '@baton/core';

/**
 * The media type of a body, lower case and without parameters. Throws `unsupported_media_type` for one that is not in the
 * list, for none at all, and for text that is not UTF-8. Where any is taken, none means bytes.
 */
export function acceptMediaType(header: string | undefined, allowed: readonly string[]): string {
  if (allowed.includes(ANY)) return anyMediaType(header);
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const utf8 = charset === undefined || /^"?utf-?8"?$/.test(charset);
  if (allowed.includes(type) && utf8) return type;
  const given = header === undefined ? 'no Content-Type' : `"${header.slice(0, 100)}"`;
  throw new AppError({
    code: 'unsupported_media_type',
    message: `The body must be ${allowed.join(' or ')} in UTF-8; the request says ${given}.`,
  });
}

const ANY = '*/*';

function anyMediaType(header = 'application/octet-stream'): string {
  const [type = ''] = header.split(';').map((part) => part.trim().toLowerCase());
  if (/^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/.test(type)) return type;
  const message = `"${header.slice(0, 100)}" is no media type.`;
  throw new AppError({ code: 'unsupported_media_type', message });
}
