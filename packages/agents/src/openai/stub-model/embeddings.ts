import { createHash } from 'node:crypto';
import { isArray, type Json, type JsonObject } from '@baton/core';
import { at, countAt, textAt } from '../../wire/fields.ts';
import { countWords } from './question.ts';

/** Length of a vector when none is asked for. */
const DIMENSIONS = 64;

/** The answer of the API of embeddings: texts that share words have vectors that are near each other. */
export function embeddingsOf(body: Json): JsonObject {
  const input = at(body, 'input') ?? '';
  // A list of numbers is one text, in tokens.
  const texts = isArray(input) && typeof input[0] !== 'number' ? input : [input];
  const words = texts.map((text) => (typeof text === 'string' ? text : JSON.stringify(text)));
  const dimensions = countAt(body, 'dimensions') ?? DIMENSIONS;
  const isBase64 = textAt(body, 'encoding_format') === 'base64';
  const tokens = words.reduce((sum, text) => sum + countWords(text), 0);
  return {
    object: 'list',
    model: textAt(body, 'model') ?? '',
    data: words.map((text, index) => {
      const vector = vectorOf(text, dimensions);
      return { object: 'embedding', index, embedding: isBase64 ? packed(vector) : [...vector] };
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Each word counts at a place of its own; of length 1. */
function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']) {
    const place = createHash('sha256').update(word).digest().readUInt32BE(0) % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function packed(vector: Float32Array): string {
  return Buffer.from(vector.buffer).toString('base64');
}
