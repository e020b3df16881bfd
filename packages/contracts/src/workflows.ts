import { z } from 'zod';
import { instant, integerText, name, pageOf, pageQuery, version } from './values.ts';

/** What `workflows:validate` answers. */
export const validation = z
  .strictObject({
    valid: z.boolean().meta({ description: 'False when at least one problem is an error.' }),
    problems: z
      .array(
        z.strictObject({
          pointer: z.string().meta({ description: 'JSON Pointer into the definition.' }),
          line: z.int().meta({ description: 'From 1.' }),
          column: z.int().meta({ description: 'From 1.' }),
          message: z.string().meta({ description: 'A sentence that names the fix.' }),
          severity: z.enum(['error', 'warning']),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Validation' });

/** A published version, without its text. */
export const workflowVersion = z
  .strictObject({
    name,
    namespace: name,
    version,
    title: z.string().nullable(),
    author: z.string().meta({ description: 'Opaque id of who published it.' }),
    publishedAt: instant,
    archivedAt: instant.nullable(),
  })
  .meta({ id: 'WorkflowVersion' });

/** Where a channel points. One version for now. */
export const channel = z
  .strictObject({
    channel: name,
    versions: z.array(z.strictObject({ version, weight: z.literal(100) })).readonly(),
    updatedAt: instant,
  })
  .meta({ id: 'Channel' });

/** A workflow with its newest version and its channels. */
export const workflow = z
  .strictObject({
    name,
    namespace: name,
    createdAt: instant,
    latest: workflowVersion
      .nullable()
      .meta({ description: 'The version published last that is not archived; null when all are.' }),
    channels: z.array(channel).readonly(),
  })
  .meta({ id: 'Workflow' });

/** Body of `PUT …/channels/{channel}`. */
export const channelChange = z
  .strictObject({
    version: version.exactOptional(),
    versions: z
      .array(z.strictObject({ version, weight: z.int().min(0).max(100).default(100) }))
      .min(1)
      .max(20)
      .exactOptional(),
  })
  .meta({ id: 'ChannelChange', description: 'Either `version`, or `versions` with one item of weight 100.' });

/** Pages of workflows. */
export const workflowPage = pageOf(workflow, 'WorkflowPage');
/** Pages of a workflow's versions. */
export const workflowVersionPage = pageOf(workflowVersion, 'WorkflowVersionPage');

/** Query of `GET /v1/workflows`. */
export const workflowListQuery = z.strictObject({
  q: z.string().max(200).exactOptional().meta({ description: 'Looked for in name, namespace and title.' }),
  ...pageQuery,
});
/** Query of lists without filters. */
export const plainListQuery = z.strictObject(pageQuery);
/** Query of graphs. */
export const graphQuery = z.strictObject({ format: z.enum(['json', 'mermaid']).default('json') });

/** Query of the JSON list of events. */
export const eventListQuery = z.strictObject({
  after: integerText(0, 999_999_999_999)
    .exactOptional()
    .meta({ description: 'Only later positions (JSON).' }),
  limit: integerText(1, 1000).exactOptional().meta({ description: 'How many events at most (JSON).' }),
  lastEventId: z
    .string()
    .exactOptional()
    .meta({ description: 'Like the header Last-Event-ID, for clients that cannot send it.' }),
  frames: z
    .string()
    .max(1024)
    .regex(
      /^(none|\d{1,9}:\d{1,9}(,\d{1,9}:\d{1,9})*)$/,
      'Live frames are turned off with "none", or asked for after offsets: "<step id>:<offset>", several with commas.',
    )
    .exactOptional()
    .meta({
      description:
        'Of a stream: `none` for no live frames, or the last offset that is known of each step, `<step id>:<offset>,…`.',
    }),
});

/** A graph as data. */
export const graph = z
  .strictObject({
    nodes: z
      .array(
        z.strictObject({
          id: z.string().meta({ description: 'JSON Pointer of the task.' }),
          name: z.string(),
          kind: z.string(),
          parent: z.string().nullable().meta({ description: 'The node around it; null on the top level.' }),
          status: z
            .string()
            .exactOptional()
            .meta({ description: 'State of the newest step here, in the graph of a run.' }),
        }),
      )
      .readonly(),
    edges: z
      .array(z.strictObject({ from: z.string(), to: z.string(), label: z.string().exactOptional() }))
      .readonly(),
  })
  .meta({ id: 'Graph' });

/** What is right or wrong with a definition. */
export type Validation = z.infer<typeof validation>;
/** A published version on the wire. */
export type WorkflowVersion = z.infer<typeof workflowVersion>;
/** A workflow on the wire. */
export type Workflow = z.infer<typeof workflow>;
/** A channel on the wire. */
export type Channel = z.infer<typeof channel>;
/** What is sent to point a channel. */
export type ChannelChangeRequest = z.input<typeof channelChange>;
/** A graph on the wire. */
export type Graph = z.infer<typeof graph>;
