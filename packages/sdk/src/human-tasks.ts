import type { Decision, DecisionRequest, HumanTask, HumanTaskListQuery, Page } from '@baton/contracts';
import { readJson, readTagged } from './answer-codec.ts';
import { jsonBody, path, type CallOptions, type OnceOptions, type Transport } from './transport.ts';

/** A human task as it was read: its ETag binds what is done to what was seen. */
export type ReadHumanTask = HumanTask & { readonly etag: string };

/** What is decided; the subject's hash comes from the task. */
export type DecisionChoice = Omit<DecisionRequest, 'subjectHash'>;

/** Operations on human tasks. */
export interface HumanTasksClient {
  list(query?: Partial<HumanTaskListQuery>, options?: CallOptions): Promise<Page<HumanTask>>;
  get(id: string, options?: CallOptions): Promise<ReadHumanTask>;
  /** Takes a task; the claim lapses after half an hour. 412 when the task changed since it was read. */
  claim(task: TaskToChange, options?: OnceOptions): Promise<ReadHumanTask>;
  /** Gives a claimed task back. */
  release(task: TaskToChange, options?: OnceOptions): Promise<ReadHumanTask>;
  /** Decides exactly what was read: 412 when the task changed since, 409 when it is decided or about something else now. */
  decide(task: ReadHumanTask, choice: DecisionChoice, options?: OnceOptions): Promise<Decision>;
}

/** A task of a list, or one that was read; only with an ETag the change is bound to what was seen. */
export type TaskToChange = Pick<HumanTask, 'id'> & { readonly etag?: string };

/** Operations on human tasks over a transport. */
export function createHumanTasksClient({ send }: Transport): HumanTasksClient {
  const change = async (verb: string, { id, etag }: TaskToChange, options?: OnceOptions) => {
    const headers = etag === undefined ? {} : { 'If-Match': etag };
    const at = `${path`/v1/human-tasks/${id}`}/${verb}`;
    return readTagged<HumanTask>(
      await send({ ...options, method: 'POST', path: at, headers, body: jsonBody({}) }),
    );
  };
  return {
    list: async (query, options) =>
      readJson(await send({ ...options, method: 'GET', path: '/v1/human-tasks', query: { ...query } })),
    get: async (id, options) =>
      readTagged(await send({ ...options, method: 'GET', path: path`/v1/human-tasks/${id}` })),
    claim: (task, options) => change('claim', task, options),
    release: (task, options) => change('release', task, options),
    decide: async ({ id, etag, subjectHash }, choice, options) => {
      const to = { method: 'POST', path: path`/v1/human-tasks/${id}/decisions` } as const;
      const body = jsonBody({ ...choice, subjectHash });
      return readJson(await send({ ...options, ...to, headers: { 'If-Match': etag }, body }));
    },
  };
}
