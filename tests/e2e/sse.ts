/** One frame of an event stream. */
export interface Frame {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads a stream to its end, with a plain parser of the test's own. */
export async function readStream(
  url: string,
  headers: Readonly<Record<string, string>>,
  as = 'alice',
): Promise<readonly Frame[]> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer dev:${as}`, accept: 'text/event-stream', ...headers },
    signal: AbortSignal.timeout(60_000),
  });
  if (response.status === 204) return [];
  if (!response.ok) throw new Error(`The stream answered ${response.status}: ${await response.text()}`);
  return (await response.text())
    .split('\n\n')
    .map(parseFrame)
    .filter(({ event }) => event !== '');
}

function parseFrame(text: string): Frame {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: fields.get('data') ?? '' };
}

/** A stream that is read while it goes on. */
export interface OpenStream {
  /** What has come so far. */
  readonly frames: readonly Frame[];
  /** Waits until what has come so far is enough. Rejects after 30 s, or when the stream ends before. */
  until(enough: (frames: readonly Frame[]) => boolean): Promise<readonly Frame[]>;
  /** Leaves the stream. */
  close(): void;
}

/** Opens a stream. */
export async function openStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OpenStream> {
  const left = new AbortController();
  const response = await fetch(url, {
    headers: { authorization: 'Bearer dev:alice', accept: 'text/event-stream', ...headers },
    signal: left.signal,
  });
  if (!response.ok || response.body === null) throw new Error(`The stream answered ${response.status}.`);
  const frames: Frame[] = [];
  let told = Promise.withResolvers<'more' | 'end'>();
  const tell = (what: 'more' | 'end'): void => {
    const before = told;
    if (what === 'more') told = Promise.withResolvers();
    before.resolve(what);
  };
  const read = async (text: ReadableStream<string>): Promise<void> => {
    let rest = '';
    for await (const part of text) {
      const blocks = `${rest}${part}`.split('\n\n');
      rest = blocks.pop() ?? '';
      frames.push(...blocks.map(parseFrame).filter(({ event }) => event !== ''));
      tell('more');
    }
  };
  read(response.body.pipeThrough(new TextDecoderStream())).then(
    () => tell('end'),
    () => tell('end'),
  );
  return {
    frames,
    async until(enough) {
      const late = Promise.withResolvers<'late'>();
      const timer = setTimeout(() => late.resolve('late'), 30_000);
      try {
        for (;;) {
          const next = told.promise;
          if (enough(frames)) return [...frames];
          const what = await Promise.race([next, late.promise]);
          if (what === 'more') continue;
          if (what === 'end' && enough(frames)) return [...frames];
          throw new Error(`The stream is ${what}: ${JSON.stringify(frames)}`);
        }
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => left.abort(),
  };
}
