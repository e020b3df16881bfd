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
