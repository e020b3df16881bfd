import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { agentRegistration } from './agents.ts';
import { humanTaskListQuery } from './human-tasks.ts';
import { runEnd, runListQuery, runStart } from './runs.ts';
import { checkShape, type MemberNoun } from './shape.ts';

function told(schema: z.ZodType, value: unknown, noun: MemberNoun = 'field'): readonly string[] {
  const shaped = checkShape(schema, value, noun);
  return shaped.ok ? [] : shaped.problems.map(({ path, detail }) => `/${path.join('/')} ${detail}`);
}

describe('checkShape()', () => {
  it('hands over the value with its defaults', () => {
    expect(checkShape(runStart, {})).toEqual({ ok: true, value: { input: null } });
  });

  it('tells a wrong type from a missing field', () => {
    expect(told(runStart, { input: {}, version: 7 })).toEqual(['/version This must be text, not a number.']);
    expect(told(runStart, { tags: { a: 1 } })).toEqual(['/tags/a This must be text, not a number.']);
    expect(told(runStart, { tags: [], priority: '1' })).toEqual([
      '/tags This must be an object, not a list.',
      '/priority This must be a number, not text.',
    ]);
    expect(told(runStart, { priority: 1.5 })).toEqual(['/priority This must be a whole number.']);
    expect(told(runEnd, { reason: true })).toEqual(['/reason This must be text, not a boolean.']);
    expect(told(agentRegistration, { config: 'x', input: { schema: 1 } })).toEqual([
      '/adapter This field is missing.',
      '/config This must be an object, not text.',
      '/input/schema This must be a JSON Schema (an object or a boolean), not a number.',
    ]);
    expect(told(agentRegistration, { adapter: 'http', retry: 3 })).toEqual([
      '/config This field is missing.',
      '/retry This must be an object, not a number.',
    ]);
  });

  it.each([
    [null, 'null'],
    [[], 'a list'],
    ['x', 'text'],
    [1, 'a number'],
  ])('names what stands in the place of the whole: %j', (body, kind) => {
    expect(told(runEnd, body)).toEqual([`/ This must be an object, not ${kind}.`]);
  });

  it('names the limit', () => {
    expect(told(runStart, { priority: 9 })).toEqual(['/priority This must be at most 5.']);
    expect(told(runStart, { priority: 0 })).toEqual(['/priority This must be at least 1.']);
    expect(told(runEnd, { reason: 'x'.repeat(1001) })).toEqual([
      '/reason This must have at most 1000 characters.',
    ]);
    expect(told(agentRegistration, { adapter: '', config: {}, effects: 'some' })).toEqual([
      '/adapter This must not be empty.',
      '/effects This must be one of none, idempotent, unknown.',
    ]);
    expect(told(z.array(z.number().gt(1).lt(3)).min(2).max(2), [1])).toEqual([
      '/0 This must be more than 1.',
      '/ This must have at least 2 items.',
    ]);
    expect(told(z.number().lt(3), 3)).toEqual(['/ This must be less than 3.']);
    expect(told(z.string().max(1), 'ab')).toEqual(['/ This must have at most 1 character.']);
  });

  it('says of a key that it is the key', () => {
    expect(told(runStart, { tags: { '': 'x' } })[0]).toBe('/tags/ The key must not be empty.');
    expect(told(runStart, { tags: { 'a:b': 'x' } })).toEqual(['/tags/a:b The key of a tag has no colon.']);
  });

  it('names unknown members one by one, and never by half a character', () => {
    expect(told(runStart, { a: 1, b: 2 })).toEqual([
      '/a The field "a" is unknown here.',
      '/b The field "b" is unknown here.',
    ]);
    const [problem = ''] = told(runListQuery, { [`${'x'.repeat(99)}😀`]: '1' }, 'query parameter');
    expect(problem).toMatch(/The query parameter "x{99}\ufffd" is unknown here\.$/);
  });

  it('speaks the same of queries', () => {
    expect(told(runListQuery, { status: 'done', limit: '201', q: ['a', 'b'] }, 'query parameter')).toEqual([
      expect.stringMatching(/^\/status\/0 This must be one of pending, running, waiting, .*\w\.$/),
      '/q This must be text, not a list.',
      '/limit This must be a whole number from 1 to 200.',
    ]);
    expect(told(humanTaskListQuery, { assignee: 'you' }, 'query parameter')).toEqual([
      '/assignee This must be "me".',
    ]);
  });

  it('has a sentence for forms without one of their own', () => {
    for (const schema of [z.email(), z.string().refine(() => false)])
      expect(told(schema, 'x')).toEqual(['/ This has another form than expected.']);
  });
});
