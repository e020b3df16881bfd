import { JqError } from '../errors.ts';
import { describeValue } from '../values/text.ts';

/** The UTF-8 bytes of a string; lone surrogates become U+FFFD. */
export function toUtf8(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text.toWellFormed()) {
    const point = char.codePointAt(0) ?? 0;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return bytes;
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

/** The string that UTF-8 bytes spell; every byte or sequence that spells nothing becomes U+FFFD. */
export function fromUtf8(bytes: readonly number[]): string {
  let text = '';
  for (let index = 0; index < bytes.length;) {
    const { point, size } = decodeAt(bytes, index);
    text += String.fromCodePoint(point);
    index += size;
  }
  return text;
}

interface Decoded {
  readonly point: number;
  readonly size: number;
}

function decodeAt(bytes: readonly number[], index: number): Decoded {
  const first = bytes[index] ?? 0;
  if (first < 0x80) return { point: first, size: 1 };
  const length =
    first >= 0xf0 && first < 0xf5
      ? 4
      : first >= 0xe0 && first < 0xf0
        ? 3
        : first >= 0xc2 && first < 0xe0
          ? 2
          : 0;
  if (length === 0) return { point: 0xfffd, size: 1 };
  let point = first & (0xff >> (length + 1));
  for (let offset = 1; offset < length; offset += 1) {
    const byte = bytes[index + offset];
    if (byte === undefined || (byte & 0xc0) !== 0x80) return { point: 0xfffd, size: offset };
    point = (point << 6) | (byte & 0x3f);
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const bad = point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff);
  return { point: bad ? 0xfffd : point, size: length };
}

const alphabet64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const alphabet32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function encode(bytes: readonly number[], alphabet: string, width: number): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= width) {
      bits -= width;
      out += alphabet[(held >> bits) & ((1 << width) - 1)] ?? '';
      held &= (1 << bits) - 1;
    }
  }
  return bits > 0 ? out + (alphabet[(held << (width - bits)) & ((1 << width) - 1)] ?? '') : out;
}

function decode(text: string, alphabet: string, width: number): number[] | null {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of text) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) return null;
    held = (held << width) | digit;
    bits += width;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}

/** Base64 with padding. */
export function toBase64(bytes: readonly number[]): string {
  const text = encode(bytes, alphabet64, 6);
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** Decodes Base64, padded or not, to text. Throws `JqError` for anything else. */
export function fromBase64(text: string): string {
  const digits = text.replace(/=+$/, '');
  const bytes = decode(digits, alphabet64, 6);
  if (bytes === null) throw new JqError(`${describeValue(text)} is not valid base64 data`);
  if (digits.length % 4 === 1) throw new JqError(`${describeValue(text)} trailing base64 byte found`);
  return fromUtf8(bytes);
}

/** Base32 with padding. */
export function toBase32(bytes: readonly number[]): string {
  const text = encode(bytes, alphabet32, 5);
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

/** Decodes Base32, padded or not, to text. Throws `JqError` for anything else. */
export function fromBase32(text: string): string {
  const bytes = decode(text.replace(/=+$/, ''), alphabet32, 5);
  if (bytes === null) throw new JqError(`${describeValue(text)} is not valid base32 data`);
  return fromUtf8(bytes);
}
