import { linesOf } from './lines.ts';

/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** The event's name; `message` when it has none. */
  readonly event: string;
  /** Its data lines, joined with LF. */
  readonly data: string;
  /** The last id that the stream has given; '' before the first. */
  readonly id: string;
}

/**
 * Reads events as the HTML standard says: comments and unknown fields are skipped, and an event without data is none. An
 * event at the end of the stream counts even when its blank line is missing, since vendors forget it.
 */
export async function* serverSentEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void> {
  let name = '';
  let id = '';
  let data: string[] = [];
  const take = (): ServerSentEvent | null => {
    const event =
      data.length === 0 ? null : { event: name === '' ? 'message' : name, data: data.join('\n'), id };
    name = '';
    data = [];
    return event;
  };
  let isFirst = true;
  for await (const given of linesOf(chunks)) {
    const line = isFirst ? given.replace(/^\uFEFF/, '') : given;
    isFirst = false;
    if (line === '') {
      const event = take();
      if (event !== null) yield event;
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
  const last = take();
  if (last !== null) yield last;
}
