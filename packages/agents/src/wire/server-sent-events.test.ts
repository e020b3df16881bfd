import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serverSentEvents, type ServerSentEvent } from './server-sent-events.ts';

/** A stream that comes in pieces of these lengths. */
async function* inPieces(text: string, lengths: readonly number[]): AsyncGenerator<Uint8Array, void> {
  const bytes = new TextEncoder().encode(text);
  let from = 0;
  for (const length of lengths) {
    yield bytes.subarray(from, from + length);
    from += length;
  }
  yield bytes.subarray(from);
}

async function read(text: string, lengths: readonly number[] = []): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of serverSentEvents(inPieces(text, lengths))) events.push(event);
  return events;
}

const message = (data: string, more: Partial<ServerSentEvent> = {}): ServerSentEvent => ({
  event: 'message',
  data,
  id: '',
  ...more,
});

describe('serverSentEvents()', () => {
  it('reads names, data of several lines and ids, and skips comments and what has no data', async () => {
    const text =
      '\uFEFF: hello\nid: 7\nevent: told\ndata: one\ndata:two\n\nevent: ping\n\nretry: 10\ndata\n\ndata:  spaced\n\n';
    expect(await read(text)).toEqual([
      message('one\ntwo', { event: 'told', id: '7' }),
      message('', { id: '7' }),
      message(' spaced', { id: '7' }),
    ]);
  });

  it('takes a last event whose blank line is missing', async () => {
    expect(await read('data: a\n\ndata: b')).toEqual([message('a'), message('b')]);
  });

  it('gives the same whatever the ends of lines and wherever the pieces end', async () => {
    const ends = fc.constantFrom('\n', '\r\n', '\r');
    const texts = fc.array(
      fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text)),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(texts, ends, fc.array(fc.nat(9)), async (data, end, lengths) => {
        const text = data.map((line) => `data: ${line}${end}${end}`).join('');
        expect(await read(text, lengths)).toEqual(data.map((line) => message(line)));
      }),
    );
  });
});
