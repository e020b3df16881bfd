import { z } from 'zod';
import { openApiHeaders } from './openapi-headers.ts';
import { problemDocument } from './problem.ts';
import type { Route, RouteAnswer } from './route.ts';
import { routeList } from './routes.ts';

type Document = Record<string, unknown>;
type Components = Record<string, unknown>;

/** Statuses from 400 up that every operation behind a token may answer. */
const ALWAYS = [400, 401, 403, 405, 429, 500, 503];
const OF_BODIES = [413, 415];

const PHRASES: Readonly<Record<number, string>> = {
  400: 'Malformed request.',
  401: 'No valid token.',
  403: 'Not allowed.',
  404: 'Absent, or of another workspace.',
  405: 'Wrong method.',
  406: 'No media type both sides know.',
  409: 'The state does not allow it.',
  410: 'Not wanted any more.',
  412: 'Changed since it was read.',
  413: 'Too large.',
  415: 'Wrong media type.',
  422: 'Well formed and unacceptable.',
  428: 'If-Match is missing.',
  429: 'Too many requests.',
  500: 'A defect.',
  503: 'A dependency is away.',
};

/** The OpenAPI 3.1 document of the API, made from the table of routes. */
export function openApiDocument(apiVersion: string): Document {
  const components: Components = {};
  const problem = schemaOf(problemDocument, 'output', components);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routeList) {
    const operations = (paths[route.path] ??= {});
    operations[route.method] = operationOf(route, problem, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Baton',
      version: apiVersion,
      description: 'Durable orchestration of AI agents and the people who answer for them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'Local profile: `dev:<user>[:role,…]`, on loopback only.',
        },
      },
    },
  };
}

function operationOf(route: Route, problem: unknown, components: Components): Document {
  const errors = route.action === null ? route.errors : [...ALWAYS, ...route.errors];
  const failing = [...new Set([...errors, ...(route.body === null ? [] : OF_BODIES)])].sort((a, b) => a - b);
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    security: route.action === null ? [] : [{ token: [] }],
    ...(route.action === null ? {} : { 'x-baton-action': route.action }),
    parameters: parametersOf(route, components),
    ...(route.body === null ? {} : { requestBody: requestBodyOf(route.body, components) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer, components)]),
      ),
      ...Object.fromEntries(failing.map((status) => [status, errorOf(status, problem)])),
    },
  };
}

function requestBodyOf(body: NonNullable<Route['body']>, components: Components): Document {
  const schema = schemaOf(body.schema, 'input', components);
  return {
    required: body.required,
    content: Object.fromEntries(
      body.mediaTypes.map((type) => [
        type,
        // A definition sent as JSON is an object on the wire, whatever the route reads it as.
        { schema: body.format === 'text' && type === 'application/json' ? { type: 'object' } : schema },
      ]),
    ),
  };
}

function parametersOf(route: Route, components: Components): readonly unknown[] {
  const inPath = parametersIn('path', route.params, components);
  const inQuery = parametersIn('query', route.query, components);
  const workspace = route.action === null ? [] : [openApiHeaders['Baton-Workspace']];
  return [...inPath, ...inQuery, ...workspace, ...route.headers.map((header) => openApiHeaders[header])];
}

function parametersIn(
  place: 'path' | 'query',
  object: z.ZodObject,
  components: Components,
): readonly unknown[] {
  const shape: Readonly<Record<string, z.core.$ZodType>> = object.shape;
  return Object.entries(shape).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: schemaOf(schema, 'input', components),
  }));
}

function answerOf(answer: RouteAnswer, components: Components): Document {
  const headers = Object.fromEntries(
    (answer.headers ?? []).map((header) => [header, { schema: { type: 'string' } }]),
  );
  const types = answer.mediaTypes ?? (answer.schema === undefined ? [] : ['application/json']);
  const content = types.map((type) => [
    type,
    type === 'application/json' && answer.schema !== undefined
      ? { schema: schemaOf(answer.schema, 'output', components) }
      : { schema: { type: 'string' } },
  ]);
  return {
    description: answer.description,
    ...(answer.headers === undefined ? {} : { headers }),
    ...(content.length === 0 ? {} : { content: Object.fromEntries(content) }),
  };
}

function errorOf(status: number, problem: unknown): Document {
  return {
    description: PHRASES[status] ?? 'Refused.',
    content: { 'application/problem+json': { schema: problem } },
  };
}

/** The JSON Schema of a zod schema; named parts go to the components. */
function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output', components: Components): unknown {
  // Wrapped, so that a schema with a name of its own becomes a component too.
  const { $defs = {}, properties } = z.toJSONSchema(z.object({ it: schema }), {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // A date-time's pattern is forty times as long as its format and says less.
      if (jsonSchema.format === 'date-time' || jsonSchema.format === 'uuid') delete jsonSchema.pattern;
      delete jsonSchema.readOnly;
    },
  });
  for (const [id, definition] of Object.entries($defs)) components[id] = hoist(definition);
  return hoist(properties?.['it']);
}

/** Rewrites references to definitions into references to components. */
function hoist(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((item) => hoist(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string'
        ? value.replace('#/$defs/', '#/components/schemas/')
        : hoist(value),
    ]),
  );
}
