import { EgressError } from '@baton/egress';

/** Longest line, in characters: what is longer is no event that anybody wrote. */
const LONGEST_LINE = 4 * 1024 * 1024;

/**
 * The lines of a stream of UTF-8, without their ends (LF, CR LF or CR). A last line without an end counts too. Throws
 * {@link EgressError} `too_large` for a line without end.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  // A CR at the end of a chunk may be half of a CR LF.
  let skipLf = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    if (skipLf && text.startsWith('\n')) text = text.slice(1);
    if (text !== '') skipLf = text.endsWith('\r');
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      throw new EgressError('too_large', `A line of the stream is longer than ${LONGEST_LINE} characters.`);
    }
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
