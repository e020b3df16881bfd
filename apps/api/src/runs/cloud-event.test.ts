import { describe, expect, it } from '@jest/globals';
import { toCloudEvent } from './cloud-event.ts';

const fixed = { name: 'order.paid', id: 'i1', source: '/s', now: '2026-01-01T00:00:00.000Z' };

describe('toCloudEvent()', () => {
  it('makes plain JSON the data of an event named by the signal', () => {
    expect(toCloudEvent({ ...fixed, body: [1], structured: false })).toEqual({
      specversion: '1.0',
      id: 'i1',
      source: '/s',
      type: 'order.paid',
      time: fixed.now,
      datacontenttype: 'application/json',
      data: [1],
    });
  });

  it('keeps the attributes of an event and fills in what is missing', () => {
    const body = { specversion: '1.0', type: 'other', data: 1, region: 'eu' };
    expect(toCloudEvent({ ...fixed, body, structured: false })).toMatchObject({
      type: 'other',
      id: 'i1',
      region: 'eu',
      data: 1,
    });
    expect(toCloudEvent({ ...fixed, body: { id: 'x' }, structured: true })).toMatchObject({
      type: 'order.paid',
      id: 'x',
    });
  });

  it('refuses malformed events', () => {
    for (const body of [
      1,
      { specversion: '0.3', type: 't' },
      { type: '', specversion: '1.0' },
      { Upper: 1 },
      { nested: {} },
    ])
      expect(() => toCloudEvent({ ...fixed, body, structured: true })).toThrow();
  });
});
