import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import type { Json } from '../json.ts';
import { describeValue, toText } from '../values/text.ts';
import { fromBase32, fromBase64, fromUtf8, toBase32, toBase64, toUtf8 } from './bytes.ts';
import type { NativeTable } from './native.ts';

type Format = (meter: Meter, value: Json) => string;

const text: Format = (meter, value) => (typeof value === 'string' ? value : toText(meter, value));

/** Escapes the text of any value. */
const escaping =
  (escape: (text: string) => string): Format =>
  (meter, value) => {
    const plain = text(meter, value);
    meter.chargeText(plain.length);
    return escape(plain);
  };

const htmlNames: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&apos;',
  '"': '&quot;',
};

function percentEncode(plain: string): string {
  let out = '';
  for (const byte of toUtf8(plain)) {
    const char = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-_.~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function percentDecode(plain: string): string {
  const invalid = (): JqError => new JqError(`${describeValue(plain)} is not a valid uri encoding`);
  if (!/^(?:[^%]|%[0-9a-fA-F]{2})*$/.test(plain)) throw invalid();
  return plain.replace(/(?:%[0-9a-fA-F]{2})+/g, (encoded) => {
    const bytes = encoded.split('%').slice(1);
    const text = fromUtf8(bytes.map((pair) => Number.parseInt(pair, 16)));
    if (toUtf8(text).length !== bytes.length) throw invalid();
    return text;
  });
}

/** Writes one row of a table. */
const row =
  (name: string, separator: string, quote: (text: string) => string): Format =>
  (meter, value) => {
    if (!Array.isArray(value)) {
      throw new JqError(`${describeValue(value)} cannot be ${name}-formatted, only array`);
    }
    const cells = value.map((cell) => {
      if (cell === null) return '';
      if (typeof cell === 'string') return quote(cell);
      if (typeof cell === 'object') throw new JqError(`${describeValue(cell)} is not valid in a csv row`);
      return toText(meter, cell);
    });
    return cells.join(separator);
  };

const tsvEscapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };

const shell: Format = (meter, value) => {
  const items = Array.isArray(value) ? value : [value];
  return items
    .map((item) => {
      if (typeof item === 'object' && item !== null) {
        throw new JqError(`${describeValue(item)} can not be escaped for shell`);
      }
      return typeof item === 'string' ? `'${item.replaceAll("'", "'\\''")}'` : toText(meter, item);
    })
    .join(' ');
};

const table: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['text', text],
  ['json', (meter, value) => toText(meter, value)],
  ['html', escaping((plain) => plain.replace(/[<>&'"]/g, (char) => htmlNames[char] ?? char))],
  ['uri', escaping(percentEncode)],
  ['urid', escaping(percentDecode)],
  ['csv', row('csv', ',', (cell) => `"${cell.replaceAll('"', '""')}"`)],
  ['tsv', row('tsv', '\t', (cell) => cell.replace(/[\t\n\r\\]/g, (char) => tsvEscapes[char] ?? char))],
  ['sh', shell],
  ['base64', escaping((plain) => toBase64(toUtf8(plain)))],
  ['base64d', escaping(fromBase64)],
  ['base32', escaping((plain) => toBase32(toUtf8(plain)))],
  ['base32d', escaping(fromBase32)],
]);

/** Writes a value in the format of this name. Throws `JqError` when there is none, or it cannot write the value. */
export function formatValue(meter: Meter, name: string, value: Json): string {
  const format = table.get(name);
  if (format === undefined) throw new JqError(`${name} is not a valid format`);
  const written = format(meter, value);
  meter.chargeText(written.length);
  return written;
}

/** `format(name)` */
export const formats: NativeTable = {
  'format/1': (meter, input, [name = null]) => {
    if (typeof name !== 'string') throw new JqError(`${describeValue(name)} is not a valid format`);
    return formatValue(meter, name, input);
  },
};
