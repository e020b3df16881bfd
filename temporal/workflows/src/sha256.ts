/*
 * SHA-256 (FIPS 180-4) of a text in UTF-8. The workflow sandbox has no crypto module, its Web Crypto is asynchronous,
 * and keys must be known within a workflow task.
 */

const primes = (count: number): readonly number[] => {
  const found: number[] = [];
  for (let n = 2; found.length < count; n += 1) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
};

/** The first 32 bits of the fractional part. */
const fraction = (x: number): number => Math.floor((x - Math.floor(x)) * 2 ** 32) >>> 0;

const START = Object.freeze(primes(8).map((prime) => fraction(Math.sqrt(prime))));
const ROUND = Object.freeze(primes(64).map((prime) => fraction(Math.cbrt(prime))));

/** SHA-256 of a text, in lower-case hexadecimal. */
export function sha256(text: string): string {
  const state = [...START];
  const message = padded(new TextEncoder().encode(text));
  const view = new DataView(message.buffer);
  for (let offset = 0; offset < message.length; offset += 64) compress(state, schedule(view, offset));
  return state.map((word) => word.toString(16).padStart(8, '0')).join('');
}

function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setUint32(message.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(message.length - 4, bytes.length * 8);
  return message;
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function schedule(view: DataView, offset: number): readonly number[] {
  const words = Array.from({ length: 16 }, (_, i) => view.getUint32(offset + i * 4));
  const word = (i: number): number => Number(words[i]);
  for (let i = 16; i < 64; i += 1) {
    const a = word(i - 15);
    const b = word(i - 2);
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    words.push((word(i - 16) + s0 + word(i - 7) + s1) >>> 0);
  }
  return words;
}

function compress(state: number[], words: readonly number[]): void {
  let a = Number(state[0]);
  let b = Number(state[1]);
  let c = Number(state[2]);
  let d = Number(state[3]);
  let e = Number(state[4]);
  let f = Number(state[5]);
  let g = Number(state[6]);
  let h = Number(state[7]);
  for (let i = 0; i < 64; i += 1) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + Number(ROUND[i]) + Number(words[i])) >>> 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) >>> 0, c, b, a, (t1 + t2) >>> 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = (Number(state[i]) + word) >>> 0;
  });
}
