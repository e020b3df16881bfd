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

describe('openApiDocument()', () => {
  const document = openApiDocument('1.2.3');

  it('is OpenAPI 3.1 with every operation once', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    const ids = routeList.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(routes)).toEqual(ids);
  });

  it('refers to schemas that are there, and to nothing else', () => {
    const { schemas } = { schemas: {}, ...Object(document['components']) };
    const known = new Set(Object.keys(schemas).map((name) => `#/components/schemas/${name}`));
    expect(references(document).filter((reference) => !known.has(reference))).toEqual([]);
  });

  it('tells parameters, bodies, answers and problems of an operation', () => {
    const { paths } = { paths: {}, ...Object(document) };
    expect(paths['/v1/workflows/{name}/runs'].post).toMatchObject({
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
      Object.keys(Object(document['paths'])).filter((path) =>
        /fork|artifacts|secrets|schedules|webhooks|budgets/.test(path),
      ),
    ).toEqual([]);
  });
});
