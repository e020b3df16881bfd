import { z } from 'zod';

/** The language's error: problem details as a run carries them. */
export const runError = z
  .strictObject({
    type: z.string(),
    status: z.int(),
    title: z.string().exactOptional(),
    detail: z.string().exactOptional(),
    instance: z
      .string()
      .exactOptional()
      .meta({ description: 'JSON Pointer of the task that failed, with indexes (`/do/0/charge`).' }),
  })
  .meta({ id: 'RunError' });

/** One thing wrong with a request. */
const problemError = z
  .looseObject({
    pointer: z.string().meta({ description: "JSON Pointer into the body; '' is the body itself." }),
    detail: z.string(),
    parameter: z
      .string()
      .exactOptional()
      .meta({ description: 'The query parameter or header meant, when it is not the body.' }),
    line: z.int().exactOptional(),
    column: z.int().exactOptional(),
  })
  .meta({ id: 'ProblemError' });

/** RFC 9457 problem document: the body of every answer from 400 up. */
export const problemDocument = z
  .looseObject({
    type: z.string().meta({ description: 'Absolute URI that names the kind of problem.' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().meta({ description: 'The path of the request.' }),
    requestId: z.string(),
    errors: z.array(problemError).readonly().exactOptional(),
  })
  .meta({ id: 'Problem' });

/** A problem document. */
export type ProblemDocument = z.infer<typeof problemDocument>;
/** The error of a run or a step. */
export type RunError = z.infer<typeof runError>;
