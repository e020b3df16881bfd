import { describe, expect, it } from '@jest/globals';
import { errorType } from '../../failure.ts';
import type { Json, JsonObject } from '../../json.ts';
import { BEGIN, errorOf, eventsOf, outputOf, snapshotOf, start } from '../hand-runtime-fixture.ts';

describe('set', () => {
  it('replaces the data', () => {
    expect(outputOf(start([{ a: { set: { b: [1, '${ .n }', null] } } }], { input: { n: 2 } }))).toEqual({
      b: [1, 2, null],
    });
    expect(outputOf(start([{ a: { set: '${ .n }' } }], { input: { n: 2 } }))).toBe(2);
  });

  it('never evaluates what stands in the data', () => {
    expect(outputOf(start([{ a: { set: '${ .n }' } }], { input: { n: '${ 1 + 1 }' } }))).toBe('${ 1 + 1 }');
  });
});

describe('raise', () => {
  const raise = (error: Json, input: Json = {}): ReturnType<typeof start> =>
    start([{ r: { raise: { error } } }], { input });

  it('faults with the error that is given', () => {
    const error = { type: 'https://example.com/broke', status: 402, instance: '/elsewhere' };
    expect(raise(error).state.outcome).toEqual({ status: 'faulted', error });
  });

  it('fills in title and detail, and where it was raised', () => {
    const hand = raise(
      { type: 'https://example.com/broke', status: 402, title: 'No ${ .what }', detail: '${ {n: .n} }' },
      { what: 'money', n: 5 },
    );
    expect(hand.state.outcome).toEqual({
      status: 'faulted',
      error: {
        type: 'https://example.com/broke',
        status: 402,
        title: 'No money',
        detail: '{"n":5}',
        instance: '/do/0/r',
      },
    });
  });

  it('does not carry more than a value may have', () => {
    const hand = raise({ type: 'https://example.com/x', status: 400, detail: '${ "x" * 2000000 }' });
    expect(errorOf(hand)).toMatchObject({ type: errorType('runtime'), instance: '/do/0/r' });
  });
});

describe('emit', () => {
  const emit = (attributes: JsonObject): ReturnType<typeof start> =>
    start([{ e: { emit: { event: { with: attributes } } } }], { input: { n: 1, type: 5 } });

  it('reports a CloudEvent with id, source and time, and gives it as output', () => {
    const hand = emit({ type: 'com.example.done', data: { n: '${ .n }' } });
    const { runId, workspaceId } = snapshotOf([]);
    expect(outputOf(hand)).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      source: `/workspaces/${workspaceId}/runs/${runId}`,
      time: new Date(BEGIN).toISOString(),
      type: 'com.example.done',
      data: { n: 1 },
    });
    expect(eventsOf(hand, 'event.emitted').map(({ event }) => event)).toEqual([outputOf(hand)]);
  });

  it('keeps what the definition gives', () => {
    const given = { type: 'x', id: 'mine', source: '/mine', time: '2026-01-01T00:00:00Z' };
    expect(outputOf(emit(given))).toEqual({ specversion: '1.0', ...given });
  });

  it('faults when the type is no text', () => {
    expect(errorOf(emit({ type: '${ .type }' }))).toMatchObject({
      type: errorType('validation'),
      detail: '"emit.event.with" needs a "type" that is text; it gave {"type":5}.',
    });
  });

  it('gives every emission an id of its own', () => {
    const hand = start([
      { each: { for: { in: '[1,2]' }, do: [{ e: { emit: { event: { with: { type: 'x' } } } } }] } },
      { again: { switch: [{ once: { when: '$context == null', then: 'mark' } }], then: 'end' } },
      { mark: { set: { x: 1 }, export: { as: '1' }, then: 'each' } },
    ]);
    const ids = eventsOf(hand, 'event.emitted').map(({ event }) => JSON.stringify(event));
    expect(new Set(ids).size).toBe(4);
  });

  it('emits nothing that is too large', () => {
    const hand = emit({ type: 'x', data: '${ "x" * 2000000 }' });
    expect(errorOf(hand).type).toBe(errorType('runtime'));
    expect(eventsOf(hand, 'event.emitted')).toEqual([]);
  });
});
