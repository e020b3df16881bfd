import { describe, expect, it } from '@jest/globals';
import type { Json } from '../json.ts';
import { problemsOf, taskOf } from './definition.fixture.ts';

const paid = { with: { type: 'com.example.paid', data: { total: '${ . > 5 }' } } };
const problems = (to: Json): readonly string[] =>
  problemsOf({ listen: { to } }).map((problem) => problem.replace(/^\/listen\/to/, ''));

describe('listen', () => {
  it('waits for one, any or all events', () => {
    expect(taskOf({ listen: { to: { one: paid } } })).toMatchObject({
      kind: 'listen',
      mode: 'one',
      filters: [paid],
      read: 'data',
    });
    expect(taskOf({ listen: { to: { any: [paid, paid] }, read: 'envelope' } })).toMatchObject({
      mode: 'any',
      filters: [paid, paid],
      read: 'envelope',
    });
    expect(taskOf({ listen: { to: { all: [paid] } } })).toMatchObject({ mode: 'all' });
  });

  it('refuses by name what a later version brings', () => {
    expect(problems({ any: [paid], until: '.x' })).toEqual([
      '/until listen.to.until is not available in this version of Baton; listen again with "then" for more events.',
    ]);
    expect(problemsOf({ listen: { to: { one: paid } }, foreach: {} })).toEqual([
      '/foreach listen.foreach is not available in this version of Baton; use "for" over the events that listen gives.',
    ]);
    expect(problems({ one: { ...paid, correlate: {} } })).toEqual([
      '/one/correlate correlate is not available in this version of Baton; compare with an expression under "with".',
    ]);
  });

  it('says what is wrong', () => {
    expect(problemsOf({ listen: {} })).toEqual(['/listen The block "listen" needs "to": add it.']);
    expect(problemsOf({ listen: { to: { one: paid }, read: 'all' } })).toEqual([
      '/listen/read "read" cannot be "all"; known: data, envelope, raw.',
    ]);
    expect(problems({})).toEqual([' The block "listen.to" needs exactly one of one, any and all.']);
    expect(problems({ one: paid, any: [paid] })).toEqual([
      ' The block "listen.to" needs exactly one of one, any and all.',
    ]);
    expect(problems(5)).toEqual([' The block "listen.to" must be an object (one, any, all), not 5.']);
    expect(problems({ ane: [paid] })).toEqual([
      '/ane Unknown key "ane" in the block "listen.to"; did you mean "one"?',
    ]);
    expect(problems({ any: [] })).toEqual(['/any "any" is empty: add at least one item.']);
    expect(problems({ all: [{}, 5, { with: {} }, { with: 5 }] })).toEqual([
      '/all/0 An event filter needs "with": add it.',
      '/all/1 An event filter must be an object (with), not 5.',
      '/all/2/with "with" must be an object of event attributes, not an empty object.',
      '/all/3/with "with" must be an object of event attributes, not 5.',
    ]);
  });
});

describe('emit', () => {
  const emit = (event: Json): Json => ({ emit: { event } });

  it('reads a template of an event', () => {
    const attributes = {
      type: 'com.example.x',
      source: 'https://x.org',
      data: { a: '${ .a }' },
      tenant: 't',
    };
    expect(taskOf(emit({ with: attributes }))).toMatchObject({ kind: 'emit', event: attributes });
  });

  it('needs a type and attributes with names of events', () => {
    expect(problemsOf(emit({ with: { source: 'x' } }))).toEqual([
      '/emit/event/with An event needs "type": say what has happened, such as com.example.order.paid.',
    ]);
    expect(problemsOf(emit({ with: { type: 5, dataContentType: 'x', 'X-Y': 1, data: '${ .' } }))).toEqual([
      '/emit/event/with/type "type" must be text, not 5: write it in quotes, or as ${ … }.',
      '/emit/event/with/dataContentType An event has no attribute "dataContentType"; did you mean "datacontenttype"?',
      '/emit/event/with/X-Y An event has no attribute "X-Y"; use lower-case letters and digits.',
      '/emit/event/with/data The expression that begins at character 1 is never closed: add the "}" that ends it.',
    ]);
    expect(problemsOf({ emit: {} })).toEqual(['/emit The block "emit" needs "event": add it.']);
    expect(problemsOf(emit({}))).toEqual(['/emit/event The block "emit.event" needs "with": add it.']);
  });
});
