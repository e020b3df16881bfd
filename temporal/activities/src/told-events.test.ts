import type { AgentEvent } from '@baton/agents';
import type { Json } from '@baton/core';
import { describe, expect, it } from '@jest/globals';
import { createToldEvents } from './told-events.ts';

function listOf(...events: readonly AgentEvent[]): readonly Json[] {
  const told = createToldEvents();
  for (const event of events) told.add(event);
  return told.list();
}

const message = (data: Json): AgentEvent => ({ type: 'agent.message', data });

describe('createToldEvents()', () => {
  it('keeps messages, tool calls and their results, in their order', () => {
    const call = { id: 'c-1', name: 'look', arguments: { at: 'rivers' } };
    const result = { id: 'c-1', name: 'look', result: [1, 2] };
    const kept: readonly AgentEvent[] = [
      message('I look.'),
      { type: 'agent.tool_call', data: call },
      { type: 'agent.tool_result', data: result },
    ];
    expect(listOf({ type: 'agent.chunk', data: 'I' }, ...kept)).toEqual(kept);
    expect(listOf({ type: 'agent.thinking', data: 'Hm' }, { type: 'agent.usage', data: {} })).toEqual([]);
    expect(listOf(message(5), { type: 'agent.tool_call', data: 'look' })).toEqual([]);
  });

  it('cuts what is too large, and says so', () => {
    const [text, call, result] = listOf(
      message('x'.repeat(20_000)),
      { type: 'agent.tool_call', data: { id: 'c-1', name: 'look', arguments: { all: 'y'.repeat(20_000) } } },
      {
        type: 'agent.tool_result',
        data: { id: 5, name: 'look', result: 'z'.repeat(20_000), isError: true },
      },
    );
    expect(text).toMatchObject({ truncated: true, data: expect.stringMatching(/^x{16384}…$/) });
    expect(call).toMatchObject({
      truncated: true,
      data: { id: 'c-1', name: 'look', arguments: expect.stringMatching(/^\{"all":"y+…$/) },
    });
    expect(result).toMatchObject({
      truncated: true,
      data: { id: '', name: 'look', result: expect.stringMatching(/^"z+…$/), isError: true },
    });
    expect(JSON.stringify(call).length).toBeLessThan(17_000);
  });

  it('keeps the first 128 KiB or 500 events, and counts the others', () => {
    const large = listOf(...Array.from({ length: 20 }, () => message('x'.repeat(16_000))));
    expect([large.length, large.at(-1)]).toEqual([8, expect.objectContaining({ leftOut: 12 })]);
    const many = listOf(...Array.from({ length: 600 }, (_, n) => message(String(n))));
    expect([many.length, many.at(-1)]).toEqual([500, { type: 'agent.message', data: '499', leftOut: 100 }]);
  });
});
