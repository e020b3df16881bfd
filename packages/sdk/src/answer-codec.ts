import type { ProblemDocument } from '@baton/contracts';
import { BatonError } from './error.ts';

/** The JSON of an answer, in the shape that the contract gives it. Rejects with a sentence when it is no JSON. */
export async function readJson<Body>(response: Response): Promise<Body> {
  return parseAnswer(await response.text(), response.url) as Body;
}

/** The JSON body of an answer together with its ETag. Rejects when there is none. */
export async function readTagged<Body extends object>(
  response: Response,
): Promise<Body & { readonly etag: string }> {
  const etag = response.headers.get('etag');
  if (etag === null)
    throw new Error(`The answer from ${response.url} has no ETag, so nothing can be bound to it.`);
  return { ...(await readJson<Body>(response)), etag };
}

/** An answer from 400 up as the error it stands for; any body will do. */
export async function readProblem(response: Response): Promise<BatonError> {
  const text = await response.text().catch(() => '');
  const problem = parseProblem(text) ?? blankProblem(response);
  const requestId = response.headers.get('x-request-id');
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new BatonError({
    problem: { ...problem, status: response.status },
    requestId,
    retryAfterSeconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
  });
}

function parseAnswer(text: string, url: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Error(`The answer from ${url} is no JSON: is there a Baton behind it?`, { cause });
  }
}

function parseProblem(text: string): ProblemDocument | null {
  try {
    const value = JSON.parse(text) as Partial<ProblemDocument> | null;
    const whole = typeof value?.title === 'string' && typeof value.detail === 'string';
    return whole ? (value as ProblemDocument) : null;
  } catch {
    // A proxy's page in HTML: the status says all there is to know.
    return null;
  }
}

function blankProblem(response: Response): ProblemDocument {
  return {
    type: 'about:blank',
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
    detail: '',
    instance: response.url,
    requestId: response.headers.get('x-request-id') ?? '',
  };
}
