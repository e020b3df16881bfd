import { describe, expect, it } from '@jest/globals';
import { openApiDocument } from './openapi.ts';
import { routeList, routes } from './routes.ts';

const references = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : references(member),
  );
};

/** The members of an object inside a document; none for anything else. */
const membersAt = (value: unknown, ...path: readonly string[]): ReadonlyMap<string, unknown> => {
  const members = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  const [first, ...rest] = path;
  return first === undefined ? members : membersAt(members.get(first), ...rest);
};

describe('openApiDocument()', () => {
  const document = openApiDocument('1.2.3');

  it('is OpenAPI 3.1 with every operation once', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    const ids = routeList.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(routes)).toEqual(ids);
  });

  it('refers to schemas that are there, and to nothing else', () => {
    const known = new Set(
      [...membersAt(document, 'components', 'schemas').keys()].map((name) => `#/components/schemas/${name}`),
    );
    expect(references(document).filter((reference) => !known.has(reference))).toEqual([]);
  });

  it('tells parameters, bodies, answers and problems of an operation', () => {
    expect(membersAt(document, 'paths', '/v1/workflows/{name}/runs').get('post')).toMatchObject({
      operationId: 'startRun',
      'x-baton-action': 'runs.start',
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: 'name', in: 'path', required: true }),
        expect.objectContaining({ name: 'Idempotency-Key', in: 'header' }),
        expect.objectContaining({ name: 'Prefer', in: 'header' }),
      ]),
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/RunStart' } } },
      },
      responses: expect.objectContaining({
        202: expect.objectContaining({
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Run' } } },
        }),
        422: expect.objectContaining({
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        }),
      }),
    });
  });

  it('knows nothing of what does not exist yet', () => {
    expect(
      [...membersAt(document, 'paths').keys()].filter((path) =>
        /fork|secrets|schedules|webhooks|budgets/.test(path),
      ),
    ).toEqual([]);
  });
});
