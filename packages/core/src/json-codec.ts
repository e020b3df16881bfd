import type { Json } from './json.ts';

/** Parses a JSON text, which can give nothing but JSON. Throws `SyntaxError` for anything else. */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}
