import { describe, expect, it } from '@jest/globals';
import type { Json } from '@baton/core';
import { parseHttpConfig } from './config.ts';

const problems = (config: Json) => {
  const parsed = parseHttpConfig(config);
  return parsed.ok ? [] : parsed.problems;
};

const pointersOf = (more: Record<string, Json>): string[] =>
  problems({ endpoint: 'https://agent.example/', ...more }).map(({ pointer }) => pointer);

describe('parseHttpConfig()', () => {
  it('needs only an endpoint', () => {
    const parsed = parseHttpConfig({ endpoint: 'https://agent.example/ask' });
    expect(parsed).toMatchObject({ ok: true, config: { method: 'POST', authorization: null, body: null } });
  });

  it('refuses endpoints that are templates, carry credentials or are not absolute', () => {
    const endpoints = [
      '/ask',
      'https://u:p@a.example/',
      'https://a.example/{id}',
      'https://a.example/${ .id }',
      'https://a.example/#x',
    ];
    expect(endpoints.map((endpoint) => problems({ endpoint }).length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('takes secrets as whole texts and in expressions, and says how where they stand otherwise', () => {
    const config = {
      headers: { 'X-Key': '${ "Key " + $secrets.key }' },
      authentication: { bearer: { token: '$secrets.token' } },
      body: { deep: ['x', { key: '${ $secrets.b }' }] },
    };
    expect(pointersOf(config)).toEqual([]);
    const wrong = { body: { a: 'Key $secrets.key', b: '${ $secrets }', c: '$secrets.', d: '$secrets.a-b' } };
    expect(pointersOf(wrong)).toEqual(['/body/a', '/body/b', '/body/c', '/body/d']);
  });

  it('refuses nesting without end', () => {
    const deep = Array.from({ length: 5_000 }).reduce<Json>((inner) => [inner], null);
    expect(pointersOf({ body: deep })).toEqual(['']);
  });

  it('refuses headers that Baton writes and headers given twice', () => {
    const headers = { 'Idempotency-Key': 'x', 'X-A': '1', 'x-a': '2', traceparent: 'x' };
    expect(pointersOf({ headers })).toEqual(['/headers/Idempotency-Key', '/headers/traceparent']);
    expect(pointersOf({ headers: { 'X-A': '1', 'x-a': '2' } })).toEqual(['/headers/X-A', '/headers/x-a']);
  });

  it('refuses contradictions', () => {
    expect(pointersOf({ method: 'GET', body: {} })).toEqual(['/body']);
    const authentication = { bearer: { token: 't' } };
    expect(pointersOf({ authentication, headers: { Authorization: 'x' } })).toEqual([
      '/headers/Authorization',
    ]);
    expect(
      pointersOf({ authentication: { ...authentication, basic: { username: 'u', password: 'p' } } }),
    ).toEqual(['/authentication']);
  });

  it('does not take expressions in credentials for credentials', () => {
    expect(pointersOf({ authentication: { bearer: { token: '${ .token }' } } })).toEqual([
      '/authentication/bearer/token',
    ]);
  });
});
