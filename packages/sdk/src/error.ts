import type { ProblemDocument } from '@baton/contracts';

/** What a {@link BatonError} is made from. */
export interface BatonErrorParams {
  readonly problem: ProblemDocument;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
}

/** An answer of the API from 400 up. Its message is the problem's detail, with what is wrong where. */
export class BatonError extends Error {
  /** HTTP status of the answer. */
  readonly status: number;
  /** The problem document; `about:blank` when the answer came from something between us and the API. */
  readonly problem: ProblemDocument;
  /** What the API's log knows the request by; null when the answer named none. */
  readonly requestId: string | null;
  /** How long to wait before trying again, in seconds; null when the answer did not say. */
  readonly retryAfterSeconds: number | null;

  constructor({ problem, requestId, retryAfterSeconds }: BatonErrorParams) {
    super(sentenceOf(problem));
    this.name = 'BatonError';
    this.status = problem.status;
    this.problem = problem;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

function sentenceOf({ status, title, detail, errors = [] }: ProblemDocument): string {
  const places = errors.map((error) => {
    const where = error.parameter ?? error.pointer;
    return where === '' ? error.detail : `${where}: ${error.detail}`;
  });
  const what = detail === '' ? title : detail;
  const all = [what, ...places.filter((place) => place !== what)];
  return `${status}: ${all.join(' ')}`;
}
