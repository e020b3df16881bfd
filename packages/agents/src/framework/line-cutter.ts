import { EgressError } from '@baton/egress';

/** Cuts bytes into lines. */
export interface LineCutter {
  /** Takes more bytes. Throws {@link EgressError} `too_large` for a line that is too long, and whatever taking a line throws. */
  add(chunk: Buffer): void;
}

/** Creates a cutter of lines that end with LF, of which none is longer than so many bytes. */
export function createLineCutter(longest: number, take: (line: string) => void): LineCutter {
  let rest: Buffer[] = [];
  let length = 0;
  return {
    add(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
        rest = [];
        length = 0;
        from = end + 1;
        take(line);
      }
      rest.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > longest) throw new EgressError('too_large', `The answer is larger than ${longest} bytes.`);
    },
  };
}
