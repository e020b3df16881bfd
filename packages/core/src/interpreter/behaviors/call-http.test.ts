import { describe, expect, it } from '@jest/globals';
import { errorType } from '../../failure.ts';
import type { Json, JsonObject } from '../../json.ts';
import { TaskFault } from '../expressions.ts';
import { errorOf, eventsOf, outputOf, start, type Hand } from '../hand-runtime-fixture.ts';
import { originOf } from './call.ts';
import { expandUri } from './call-http.ts';

const call = (args: JsonObject, input: Json = {}): Hand =>
  start([{ a: { call: 'http', with: { method: 'get', endpoint: 'https://a.example/', ...args } } }], {
    input,
  });

const requestOf = (hand: Hand): unknown => {
  const command = hand.of('a');
  return command.kind === 'call-http' ? command.request : null;
};

describe('call: http', () => {
  it('asks for a request with every expression evaluated', () => {
    const hand = call(
      {
        method: 'post',
        endpoint: {
          uri: 'https://{host}.example/{id}?q={missing}',
          authentication: { bearer: { token: '${ .token }' } },
        },
        headers: { accept: 'text/plain', 'x-id': 'id ${ .id }', 'x-n': '${ .n }', 'x-none': '${ .none }' },
        query: '${ {n: .n} }',
        body: { note: 'Hello ${ .id }', all: ['${ .n }'] },
        redirect: true,
        output: 'response',
      },
      { host: 'a', id: 'x y/z', token: 'secret', n: 5 },
    );
    expect(requestOf(hand)).toEqual({
      method: 'POST',
      uri: 'https://a.example/x%20y%2Fz?q=',
      authentication: { kind: 'bearer', token: 'secret' },
      headers: { accept: 'text/plain', 'x-id': 'id x y/z', 'x-n': '5' },
      query: { n: '5' },
      body: { note: 'Hello x y/z', all: [5] },
      redirect: true,
      output: 'response',
    });
    hand.answer('a', { statusCode: 200 });
    expect(outputOf(hand)).toEqual({ statusCode: 200 });
  });

  it('has defaults for all but method and endpoint', () => {
    const hand = call({ endpoint: '${ .uri }' }, { uri: 'https://b.example/{kept}' });
    expect(requestOf(hand)).toEqual({
      method: 'GET',
      uri: 'https://b.example/{kept}',
      headers: {},
      query: {},
      redirect: false,
      output: 'content',
    });
  });

  it('takes a user and a password', () => {
    const authentication = { basic: { username: 'me', password: '${ .p }' } };
    const hand = call({ endpoint: { uri: 'https://a.example/', authentication } }, { p: 'pass' });
    expect(requestOf(hand)).toMatchObject({
      authentication: { kind: 'basic', username: 'me', password: 'pass' },
    });
  });

  it('faults when its endpoint or its headers are of the wrong kind', () => {
    expect(errorOf(call({ endpoint: '${ 5 }' })).detail).toBe('"with.endpoint" must give a URI; it gave 5.');
    expect(errorOf(call({ headers: '${ [1] }' })).detail).toBe(
      '"with.headers" must give an object; it gave [1].',
    );
  });

  it('is never tried again by itself', () => {
    const hand = call({});
    hand.fail('a', { retryable: true, instance: '/its/own' });
    expect(errorOf(hand)).toMatchObject({ type: errorType('communication'), instance: '/do/0/a' });
    expect(eventsOf(hand, 'step.retrying')).toEqual([]);
  });
});

describe('local calls over HTTP', () => {
  const twice = (method: string): Json[] => [
    { a: { call: 'http', with: { method, endpoint: 'https://a.example/one' } } },
    { b: { call: 'http', with: { method, endpoint: 'https://a.example/two' } } },
    { c: { call: 'http', with: { method, endpoint: 'https://b.example/' } } },
  ];

  it('are those that read only, once their origin has answered within a second', () => {
    const hand = start(twice('get'));
    expect(hand.of('a')).toMatchObject({ local: false });
    hand.now += 1_000;
    hand.answer('a', 1);
    expect(hand.of('b')).toMatchObject({ local: true });
    hand.answer('b', 1);
    expect(hand.of('c')).toMatchObject({ local: false });
  });

  it('are not those of an origin that was slow the last time', () => {
    const hand = start(twice('head'));
    hand.now += 1_001;
    hand.answer('a', 1);
    expect(hand.of('b')).toMatchObject({ local: false });
  });

  it('are never those that write', () => {
    const hand = start(twice('post'));
    hand.answer('a', 1);
    expect(hand.of('b')).toMatchObject({ local: false });
  });

  it('are judged by the origins called last, and the others are forgotten', () => {
    const input = Array.from({ length: 201 }, (_, n) => n);
    const hand = start(
      [
        {
          each: {
            for: { in: '$workflow.input' },
            do: [
              {
                a: { call: 'http', with: { method: 'get', endpoint: '${ "https://h\\($item).example/" }' } },
              },
            ],
          },
        },
        { w: { wait: 'PT1S' } },
      ],
      { input },
    );
    for (const n of input) hand.answer('a', n);
    expect(Object.keys(hand.state.durations)).toHaveLength(200);
    expect(hand.state.durations).not.toHaveProperty(['https://h0.example']);
    expect(hand.state.durations).toHaveProperty(['https://h200.example'], 0);
  });
});

describe('originOf()', () => {
  it('is scheme and authority', () => {
    expect(originOf('HTTPS://a.example:8080/x?y#z')).toBe('HTTPS://a.example:8080');
    expect(originOf('https://a.example?q\nr')).toBe('https://a.example');
    expect(originOf('nothing')).toBe('nothing');
  });
});

describe('expandUri()', () => {
  it('takes top-level members of the input, and nothing for missing ones', () => {
    expect(expandUri('/{a}/{b}/{c}/{d}', { a: 'ü', b: 1.5, c: true, d: null })).toBe('/%C3%BC/1.5/true/');
    expect(expandUri('/{a}', 'text')).toBe('/');
    expect(expandUri('/{toString}', {})).toBe('/');
  });

  it('refuses arrays and objects', () => {
    expect(() => expandUri('/{a}', { a: [] })).toThrow(TaskFault);
  });

  it('encodes half of a surrogate pair as the replacement character', () => {
    expect(expandUri('/{a}', { a: '\ud800' })).toBe('/%EF%BF%BD');
  });
});
